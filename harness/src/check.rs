//! `meanwhile check`: the conformance suite against models and programs, as a table or as JSON.

mod table;

use std::io;
use std::process::ExitCode;

use clap::Args;

use crate::conformance::{Document, Report, Rows, check_entry, check_program};
use crate::models::{Entry, MODELS, Setup, named};
use crate::race::{self, Program, contestant};
use crate::{Error, text};

/// What to hold against the suite.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// The models [default: all that can be made here, unless a program is given]
    #[arg(value_name = "MODEL")]
    models: Vec<String>,
    /// Any program, against what it can show: NAME='COMMAND {url} {calls}', with {timeout_ms} and {in_flight} for more
    #[arg(long, value_name = "NAME=COMMAND", value_parser = contestant::program)]
    with: Vec<Program>,
    #[command(flatten)]
    rows: Rows,
    /// Write the report as JSON to this file; - is standard output, with nothing else on it then
    #[arg(long, value_name = "FILE")]
    json: Option<String>,
}

/// Checks each model and each program in turn; success if every row of each of them held.
///
/// # Errors
/// A model is unknown, or cannot be made here though it was asked for; a program cannot be started.
pub(crate) fn check(args: &CheckArgs) -> Result<ExitCode, Error> {
    let _ = downstream_mock::raise_descriptor_limit();
    let json = args.json.as_deref().map(race::open).transpose()?;
    let mut reports = Vec::new();
    for entry in chosen(args)? {
        let report = check_entry(entry, &Setup::default(), &args.rows)
            .map_err(|error| Error::broken(format!("cannot check {}", entry.name), error))?;
        args.show(|| table::rows(&report));
        reports.push(report);
    }
    for program in &args.with {
        let report = check_program(program, &args.rows)?;
        args.show(|| table::rows(&report));
        reports.push(report);
    }
    if reports.len() > 1 {
        args.show(|| table::matrix(&reports));
    }
    if reports.iter().all(|report| report.rows.is_empty()) {
        return Err(Error::Usage("no row is called so: without --only, check names all of them".into()));
    }
    let held = reports.iter().all(|report| report.broken().next().is_none());
    if let Some(out) = json {
        write_json(out, reports).map_err(|error| Error::broken("writing the report", error))?;
    }
    Ok(if held { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl CheckArgs {
    fn show(&self, shown: impl FnOnce() -> String) {
        if self.json.as_deref() != Some("-") {
            text::say(&shown());
        }
    }
}

/// The models asked for; unless anything is, all that can be made here.
fn chosen(args: &CheckArgs) -> Result<Vec<&'static Entry>, Error> {
    if args.models.is_empty() && args.with.is_empty() {
        return Ok(MODELS.iter().filter(|entry| entry.make(&Setup::default()).is_ok()).collect());
    }
    args.models.iter().map(|name| named(name).map_err(Error::Usage)).collect()
}

fn write_json(mut out: Box<dyn io::Write>, reports: Vec<Report>) -> io::Result<()> {
    serde_json::to_writer(&mut out, &Document::new(reports))?;
    out.flush()
}
