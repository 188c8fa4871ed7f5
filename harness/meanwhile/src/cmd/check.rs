//! `meanwhile check`: the conformance suite against models and programs, as a table or as JSON.

mod table;

use std::io;
use std::process::ExitCode;

use clap::Args;
use conformance::{CheckReport, Findings, GROUPS, Rows};
use contestant::text::printable;
use contestant::{Program, check_program};

use crate::models::{Entry, MODELS, Setup, named};
use crate::{Error, race, text};

/// What to hold against the suite.
#[derive(Args, Debug)]
pub(super) struct CheckArgs {
    /// The models [default: all that can be made here, unless a program is given]
    #[arg(value_name = "MODEL")]
    models: Vec<String>,
    /// Any program, against what it can show: NAME='COMMAND {url} {calls}', with {timeout_ms} and {in_flight} for more
    #[arg(long, value_name = "NAME=COMMAND", value_parser = race::program)]
    with: Vec<Program>,
    /// Only the rows whose names contain this
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    only: String,
    /// Only the rows of this group
    #[arg(long, value_parser = GROUPS)]
    group: Option<String>,
    /// Also the rows of ten thousand calls, for a release build
    #[arg(long)]
    large: bool,
    /// Write the findings as JSON to this file; - is standard output, with nothing else on it then
    #[arg(long, value_name = "FILE")]
    json: Option<String>,
}

/// Checks each model and each program in turn; success if every row of each of them held.
///
/// # Errors
/// A model is unknown, or cannot be made here though it was asked for; a program cannot be started.
pub(super) fn check(args: &CheckArgs) -> Result<ExitCode, Error> {
    let _ = downstream_mock::raise_descriptor_limit();
    let json = args.json.as_deref().map(text::open).transpose()?;
    let mut all = Vec::new();
    for entry in chosen(args)? {
        let findings = entry
            .check(&Setup::default(), &args.rows())
            .map_err(|error| Error::broken(format!("cannot check {}", entry.name), error))?;
        args.show(|| table::rows(&findings))?;
        all.push(findings);
    }
    for program in &args.with {
        let findings = check_program(program, &args.rows())?;
        args.show(|| table::rows(&findings))?;
        all.push(findings);
    }
    if all.len() > 1 {
        args.show(|| table::matrix(&all))?;
    }
    if all.iter().all(|findings| findings.rows.is_empty()) {
        let only = printable(args.only.as_bytes(), 40);
        return Err(Error::Usage(format!("no row matches --only {only}: omit --only to list all rows")));
    }
    let held = all.iter().all(|findings| findings.broken().next().is_none());
    if let Some(out) = json {
        write_json(out, all).map_err(|error| Error::broken("writing the findings", error))?;
    }
    Ok(if held { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl CheckArgs {
    fn rows(&self) -> Rows {
        Rows { only: self.only.clone(), group: self.group.clone(), large: self.large }
    }

    fn show(&self, shown: impl FnOnce() -> String) -> Result<(), Error> {
        if self.json.as_deref() == Some("-") { Ok(()) } else { text::say(&shown()) }
    }
}

/// The models that were asked for; all that can be made here, if neither a model nor a program was.
fn chosen(args: &CheckArgs) -> Result<Vec<&'static Entry>, Error> {
    if args.models.is_empty() && args.with.is_empty() {
        return Ok(MODELS.iter().filter(|entry| (entry.new)(&Setup::default()).is_ok()).collect());
    }
    args.models.iter().map(|name| named(name).map_err(Error::Usage)).collect()
}

fn write_json(mut out: Box<dyn io::Write>, findings: Vec<Findings>) -> io::Result<()> {
    serde_json::to_writer(&mut out, &CheckReport::new(findings))?;
    out.flush()
}
