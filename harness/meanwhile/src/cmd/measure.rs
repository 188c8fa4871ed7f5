//! `meanwhile measure`: starts a program and prints what it used; what a race puts between itself and a contestant.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Args;
use contestant::measure::ReportTo;

use crate::Error;

/// What to measure.
#[derive(Args, Debug)]
pub(super) struct MeasureArgs {
    /// Report to the race at the other end of standard input, and end with it
    #[arg(long)]
    report_to_race: bool,
    /// Also report what the program's threads do, as soon as it is seen
    #[arg(long, requires = "report_to_race")]
    watch: bool,
    /// The program and its arguments
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

pub(super) fn measure(args: &MeasureArgs) -> Result<ExitCode, Error> {
    let report_to = match args.report_to_race {
        true => ReportTo::Race { watch: args.watch },
        false => ReportTo::StandardError,
    };
    contestant::measure::measure(&args.command, report_to)
        .map_err(|error| Error::broken("reporting to the race", error))
}
