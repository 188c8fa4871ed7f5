//! `meanwhile measure`: starts a program and prints what it used; what a race puts between itself and a contestant.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Args;

/// What to measure.
#[derive(Args, Debug)]
pub(super) struct MeasureArgs {
    /// End the program, and all that it has started, when standard input ends
    #[arg(long)]
    end_with_input: bool,
    /// The program and its arguments
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

pub(super) fn measure(args: &MeasureArgs) -> ExitCode {
    contestant::measure::measure(&args.command, args.end_with_input)
}
