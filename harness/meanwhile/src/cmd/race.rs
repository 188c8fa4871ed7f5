//! `meanwhile race`: the same calls to several contestants, one process each, as a table, as JSON and as CSV.
//!
//! *What to notice*: a race that ends early, by Ctrl-C or because something broke, shows and writes what it has measured.

use std::process::ExitCode;

use crate::race::{Contestant, Environment, RaceArgs, RaceReport, Track, table};
use crate::results_file::ResultsFile;
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
    let track = Track::open(args, contestants, seed)?;
    let mut report = RaceReport::new(Environment::new(args, seed, limit));
    let ended = run(track, args, &outputs, &mut report);
    let shown = match report.has_rounds() {
        true => outputs.show(|| table::notes(&report, args)),
        false => Ok(()),
    };
    outputs.write(&report)?;
    shown.and(ended)?;
    Ok(if report.all_answered() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs the race for each number of calls, and adds to the report as far as it gets.
fn run(
    mut track: Track<'_>,
    args: &RaceArgs,
    outputs: &Outputs,
    report: &mut RaceReport,
) -> Result<(), Error> {
    for calls in args.numbers_of_calls() {
        let raced = track.race(calls.get());
        if raced.stopped.is_none() || raced.has_rounds() {
            outputs.show(|| table::table(&raced.standings, args))?;
        }
        report.results.extend(raced.standings);
        report.environment.order.extend(raced.orders);
        if let Some(error) = raced.stopped {
            report.environment.ended_early = true;
            return Err(error);
        }
    }
    Ok(())
}

/// The mock holds as many connections as the contestant that makes most of them at once.
fn most_in_flight(args: &RaceArgs, contestants: &[Contestant]) -> usize {
    let most = args.calls.iter().max().map_or(0, |calls| calls.get());
    contestants.iter().map(|contestant| contestant.at_once(args, most)).max().unwrap_or(0)
}

/// Where results go, tried before the race: a name that can't be written must not cost a minute first.
struct Outputs {
    json: Option<ResultsFile>,
    csv: Option<ResultsFile>,
    /// Whether standard output is for people.
    shows: bool,
}

impl Outputs {
    fn open(args: &RaceArgs) -> Result<Self, Error> {
        let json = args.json.as_deref().map(ResultsFile::open).transpose()?;
        let csv = args.csv.as_deref().map(ResultsFile::open).transpose()?;
        if json.as_ref().zip(csv.as_ref()).is_some_and(|(json, csv)| json.is_same_as(csv)) {
            return Err(Error::Usage(
                "--json and --csv want the same file: give one a file of its own".into(),
            ));
        }
        let shows = !json.iter().chain(&csv).any(ResultsFile::is_standard_output);
        Ok(Self { json, csv, shows })
    }

    fn show(&self, shown: impl FnOnce() -> String) -> Result<(), Error> {
        if self.shows { text::say(&shown()) } else { Ok(()) }
    }

    /// Writes each of them, also if the other one cannot be written.
    fn write(self, report: &RaceReport) -> Result<(), Error> {
        let json = self.json.map_or(Ok(()), |file| file.write(|out| report.write_json(out)));
        let csv = self.csv.map_or(Ok(()), |file| file.write(|out| report.write_csv(out)));
        json.and(csv)
    }
}
