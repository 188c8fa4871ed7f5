//! The slow downstream as a program of its own.

use clap::Parser;
use downstream_mock::{ServeArgs, ServeError, serve};
use std::process::ExitCode;

/// The slow downstream: answers every call after a second
#[derive(Parser)]
#[command(version)]
struct Options {
    #[command(flatten)]
    serve: ServeArgs,
}

fn main() -> ExitCode {
    let ended = serve(&Options::parse().serve, &[]);
    if let Err(error) = &ended {
        eprintln!("{error}");
    }
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(ServeError::Usage(_)) => ExitCode::from(2),
        Err(ServeError::Broken(_)) => ExitCode::FAILURE,
    }
}
