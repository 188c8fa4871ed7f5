//! `meanwhile measure`: starts a program and prints what it used; what a race puts between itself and a contestant.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Args;

use crate::Error;

/// What to measure.
#[derive(Args, Debug)]
pub(super) struct MeasureArgs {
    /// Report to the race at the other end of standard input, and end with it
    #[arg(long)]
    report_to_race: bool,
    /// The program and its arguments
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

pub(super) fn measure(args: &MeasureArgs) -> Result<ExitCode, Error> {
    contestant::measure::measure(&args.command, args.report_to_race)
        .map_err(|error| Error::broken("reporting to the race", error))
}
