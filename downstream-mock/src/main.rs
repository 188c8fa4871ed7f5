//! The slow downstream as a program of its own.

use clap::Parser;
use downstream_mock::{ServeArgs, serve};
use std::process::ExitCode;

/// The slow downstream: answers every call after a second
#[derive(Parser)]
#[command(version)]
struct Options {
    #[command(flatten)]
    serve: ServeArgs,
}

fn main() -> ExitCode {
    match serve(&Options::parse().serve, &[]) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
