//! `meanwhile check`: the conformance suite against models, as a table or as JSON.

use std::fs::File;
use std::io;
use std::process::ExitCode;

use clap::Args;
use comfy_table::Table;
use comfy_table::presets::NOTHING;

use crate::Error;
use crate::conformance::{Report, Verdict, check_entry};
use crate::models::{Entry, MODELS, Setup, named};

/// What to hold against the suite.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// The models; all that can be made here unless given
    #[arg(value_name = "MODEL")]
    models: Vec<String>,
    /// Only the rows whose names contain this
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    only: String,
    /// Write the report as JSON to this file; - is standard output, with nothing else on it then
    #[arg(long, value_name = "FILE")]
    json: Option<String>,
}

/// Checks each model in turn; success if every row of every model held.
///
/// # Errors
/// A model is unknown, or cannot be made here though it was asked for.
pub(crate) fn check(args: &CheckArgs) -> Result<ExitCode, Error> {
    let _ = downstream_mock::raise_descriptor_limit();
    let mut reports = Vec::new();
    for entry in chosen(args)? {
        let report = check_entry(entry, &Setup::default(), &args.only)
            .map_err(|error| Error::broken(format!("cannot check {}", entry.name), error))?;
        if args.json.is_none() {
            show(&report);
        }
        reports.push(report);
    }
    if let Some(file) = &args.json {
        write_json(file, &reports).map_err(|error| Error::broken(format!("cannot write {file}"), error))?;
    }
    let held = reports.iter().all(|report| report.broken().next().is_none());
    Ok(if held { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The models asked for; unless any is, all that can be made here.
fn chosen(args: &CheckArgs) -> Result<Vec<&'static Entry>, Error> {
    if args.models.is_empty() {
        return Ok(MODELS.iter().filter(|entry| entry.make(&Setup::default()).is_ok()).collect());
    }
    args.models.iter().map(|name| named(name).map_err(Error::Usage)).collect()
}

fn write_json(file: &str, reports: &[Report]) -> io::Result<()> {
    let out: Box<dyn io::Write> =
        if file == "-" { Box::new(io::stdout()) } else { Box::new(File::create(file)?) };
    Ok(serde_json::to_writer(out, reports)?)
}

fn show(report: &Report) {
    let mut table = Table::new();
    table.load_style(NOTHING);
    for row in &report.rows {
        let (mark, why) = match &row.verdict {
            Verdict::Held => ("held", ""),
            Verdict::Broken(why) => ("BROKEN", why.as_str()),
            Verdict::Skipped(why) => ("skipped", why.as_str()),
        };
        table.add_row([
            row.group.clone(),
            row.name.clone(),
            mark.into(),
            format!("{} ms", row.took_ms),
            why.into(),
        ]);
    }
    let broken = report.broken().count();
    println!("{}\n{}\n", report.subject, table.trim_fmt());
    println!("{}: {} rows held, {broken} broken", report.subject, report.rows.len() - broken);
}
