//! `meanwhile race`: the same calls to several contestants, one process each, as a table, as JSON and as CSV.

use std::io;
use std::process::ExitCode;

use crate::race::{Contestant, Environment, RaceArgs, RaceReport, Track, table};
use crate::{Error, descriptors, text};

/// Runs the race, and shows or writes its results.
///
/// # Errors
/// The options contradict each other; something around the contestants broke; or Ctrl-C was pressed. A contestant that
/// fails is no error: its row says so, and the exit status is 1.
pub(super) fn race(args: &RaceArgs) -> Result<ExitCode, Error> {
    let contestants = Contestant::all(args).map_err(Error::Usage)?;
    args.check()?;
    let outputs = Outputs::open(args)?;
    let limit = descriptors::provide_for(most_in_flight(args, &contestants))?;
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..));
    let mut track = Track::open(args, contestants, seed)?;
    let environment = Environment::new(args, seed, limit);
    let mut report = RaceReport::new(environment);
    for calls in args.numbers_of_calls() {
        let (standings, order) = track.race(calls.get())?;
        outputs.show(|| table::table(&standings, args))?;
        report.results.extend(standings);
        report.environment.order.extend(order);
    }
    outputs.show(|| table::notes(&report, args))?;
    outputs.write(&report)?;
    Ok(if report.all_answered() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The mock holds as many connections as the contestant that makes most of them at once.
fn most_in_flight(args: &RaceArgs, contestants: &[Contestant]) -> usize {
    let most = args.calls.iter().max().map_or(0, |calls| calls.get());
    contestants.iter().map(|contestant| contestant.at_once(args, most)).max().unwrap_or(0)
}

/// Where results go, opened before the race: a name that can't be written must not cost a minute first.
struct Outputs {
    json: Option<Box<dyn io::Write>>,
    csv: Option<Box<dyn io::Write>>,
    /// Whether standard output is for people.
    shows: bool,
}

impl Outputs {
    fn open(args: &RaceArgs) -> Result<Self, Error> {
        let to_stdout = [&args.json, &args.csv].into_iter().flatten().filter(|name| *name == "-").count();
        if to_stdout > 1 {
            return Err(Error::Usage(
                "--json - and --csv - both want standard output: give one a file".into(),
            ));
        }
        let json = args.json.as_deref().map(text::open).transpose()?;
        let csv = args.csv.as_deref().map(text::open).transpose()?;
        Ok(Self { json, csv, shows: to_stdout == 0 })
    }

    fn show(&self, shown: impl FnOnce() -> String) -> Result<(), Error> {
        if self.shows { text::say(&shown()) } else { Ok(()) }
    }

    fn write(self, report: &RaceReport) -> Result<(), Error> {
        let json = self.json.map_or(Ok(()), |out| report.write_json(out));
        let csv = self.csv.map_or(Ok(()), |out| report.write_csv(out));
        text::unless_closed(json.and(csv)).map_err(|error| Error::broken("writing the results", error))
    }
}
