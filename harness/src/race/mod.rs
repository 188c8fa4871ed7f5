//! `meanwhile race`: the same calls to several contestants, one process each.
//!
//! *What to notice*: fairness is in the order of things: contestants run one at a time, in an order that is drawn anew
//! for each round; the mock is idle before each one starts; and the checking is done outside the time that is measured.
//!
//! *What is deliberately missing*: warming up: each contestant pays for its own start, and the numbers say so.

mod board;
pub(crate) mod contestant;
mod environment;
pub(crate) mod interrupt;
mod patience;
pub(crate) mod process;
mod report;
mod statistics;
mod table;
mod track;
pub(crate) mod verdict;

use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use crate::{Error, HowArgs, descriptors, text};
use contestant::Contestant;
pub use contestant::Program;
pub use environment::{Environment, Order};
pub use report::{Report, Round, Standing};
use track::Track;

/// The options of `meanwhile race`.
#[derive(Args, Clone, Debug)]
pub struct RaceArgs {
    /// Who runs: models, and names given by --with [default: all that can run here]
    #[arg(value_name = "CONTESTANT")]
    pub contestants: Vec<String>,
    /// How many calls each contestant makes; one race for each number
    #[arg(long, default_value = "2,100", value_name = "N,…", value_delimiter = ',', value_parser = text::count)]
    pub calls: Vec<NonZeroUsize>,
    /// How long the downstream takes to answer
    #[arg(long, default_value = "1s", value_name = "DURATION", value_parser = text::duration)]
    pub latency: Duration,
    /// How to call
    #[command(flatten)]
    pub how: HowArgs,
    /// How often each contestant runs; the table then shows medians
    #[arg(long, default_value = "1", value_name = "N", value_parser = text::count)]
    pub rounds: NonZeroUsize,
    /// Leave out who is expected to take longer
    #[arg(long, default_value = "10s", value_name = "DURATION", value_parser = text::duration)]
    pub patience: Duration,
    /// Where the random order of contestants starts [default: somewhere]
    #[arg(long)]
    pub seed: Option<u64>,
    /// Let any program run: NAME='COMMAND {url} {calls}', if need be with {in_flight} and {timeout_s}
    #[arg(long, value_name = "NAME=COMMAND", value_parser = contestant::program)]
    pub with: Vec<Program>,
    /// Write everything as JSON to a file; - is standard output, which then has nothing else
    #[arg(long, value_name = "FILE")]
    pub json: Option<String>,
    /// Write a row for each round as CSV to a file; - is standard output, which then has nothing else
    #[arg(long, value_name = "FILE")]
    pub csv: Option<String>,
}

/// Runs the race, and shows or writes what came of it.
///
/// # Errors
/// What is asked for can't be; something around the contestants broke; or somebody pressed Ctrl-C. A contestant that
/// fails is no error: its row says so, and the exit status is 1.
pub fn race(args: &RaceArgs) -> Result<ExitCode, Error> {
    let contestants = Contestant::all(args).map_err(Error::Usage)?;
    args.check()?;
    let outputs = Outputs::open(args)?;
    let limit = descriptors::provide_for(most_in_flight(args, &contestants))?;
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..));
    let mut track = Track::open(args, contestants, seed)?;
    let environment = Environment::here(args, seed, limit);
    let mut report = Report { schema: report::SCHEMA.into(), environment, results: Vec::new() };
    for calls in &args.calls {
        let (standings, order) = track.race(calls.get())?;
        outputs.show(|| table::table(&standings, args));
        report.results.extend(standings);
        report.environment.order.extend(order);
    }
    outputs.show(|| table::notes(&report));
    outputs.write(&report)?;
    Ok(if report.all_answered() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The mock holds as many connections as the contestant that makes most of them at once.
fn most_in_flight(args: &RaceArgs, contestants: &[Contestant]) -> usize {
    let most = args.calls.iter().max().map_or(0, |calls| calls.get());
    contestants.iter().map(|contestant| contestant.at_once(args, most)).max().unwrap_or(0)
}

impl RaceArgs {
    fn check(&self) -> Result<(), Error> {
        if self.latency < self.how.timeout {
            return Ok(());
        }
        let (latency, timeout) = (text::human(self.latency), text::human(self.how.timeout));
        Err(Error::Usage(format!(
            "no call can be answered after {latency} within {timeout}: use a longer --timeout"
        )))
    }

    /// What everybody has to do.
    fn headline(&self, calls: usize) -> String {
        let calls = text::counted(calls, "call");
        let limit = self.how.in_flight.map(|most| format!(", at most {most} at once")).unwrap_or_default();
        let work = match self.how.work.to_string() {
            none if none == "none" => String::new(),
            work => format!(", with {work} of work for each"),
        };
        format!("{calls}, each answered after {}{limit}{work}", text::human(self.latency))
    }

    fn latency_ms(&self) -> u64 {
        u64::try_from(self.latency.as_millis()).unwrap_or(u64::MAX)
    }
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
        let json = args.json.as_deref().map(open).transpose()?;
        let csv = args.csv.as_deref().map(open).transpose()?;
        Ok(Self { json, csv, shows: to_stdout == 0 })
    }

    fn show(&self, shown: impl FnOnce() -> String) {
        if self.shows {
            text::say(&shown());
        }
    }

    fn write(self, report: &Report) -> Result<(), Error> {
        let json = self.json.map_or(Ok(()), |out| report.write_json(out));
        let csv = self.csv.map_or(Ok(()), |out| report.write_csv(out));
        json.and(csv).map_err(|error| Error::broken("writing the results", error))
    }
}

/// A file for results, or standard output.
pub(crate) fn open(name: &str) -> Result<Box<dyn io::Write>, Error> {
    if name == "-" {
        return Ok(Box::new(io::stdout()));
    }
    let file = File::create(name).map_err(|error| {
        let name = text::printable(name.as_bytes(), 80);
        Error::Usage(format!("writing to {name}: {error}: choose a file that can be written"))
    })?;
    Ok(Box::new(io::BufWriter::new(file)))
}
