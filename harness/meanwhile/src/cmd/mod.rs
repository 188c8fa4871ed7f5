//! The command line: one file for each subcommand, and how its end becomes an exit status.

mod check;
mod list;
mod measure;
mod race;
mod run;
mod serve;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{Error, models};

/// One slow downstream call, made in every concurrency model there is, side by side
///
/// Alone it races all models of this platform, with everything embedded.
#[derive(Parser)]
#[command(name = "meanwhile", version, max_term_width = 100)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Give the same calls to several contestants, one process each, and compare
    Race(crate::race::RaceArgs),
    /// Make calls with one model, in this process, and print a line for each
    Run(run::RunArgs),
    /// Hold models against the conformance suite: every requirement, every fault
    Check(check::CheckArgs),
    /// Serve the slow downstream
    Serve(downstream_mock::ServeArgs),
    /// Show the models: what each waits with, and where it runs
    List(list::ListArgs),
    /// Start a program and print what it used, for `race`
    #[command(hide = true, name = contestant::measure::SUBCOMMAND)]
    Measure(measure::MeasureArgs),
    /// Try rows of the suite, for `check`
    #[command(hide = true, name = conformance::WORKER_ARGUMENT)]
    CheckWorker(check::WorkerArgs),
    /// Be one of the processes of a model that is several
    #[command(hide = true, name = models::CHILD_ARGUMENT)]
    Child,
}

/// The whole program, from its arguments to its exit status.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments: Vec<_> = arguments.into_iter().collect();
    if arguments.len() <= 1 {
        arguments = vec!["meanwhile".into(), "race".into()];
    }
    let ended = match Program::try_parse_from(arguments) {
        Ok(program) => program.command.perform(),
        Err(error) if error.use_stderr() => Err(Error::Usage(one_line(&error))),
        Err(help) => return help.print().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS),
    };
    ended.unwrap_or_else(|error| {
        eprintln!("meanwhile: {error}");
        error.exit_code()
    })
}

impl Command {
    fn perform(self) -> Result<ExitCode, Error> {
        match self {
            Self::Race(args) => race::race(&args),
            Self::Run(args) => run::run(&args),
            Self::Check(args) => check::check(&args),
            Self::Serve(args) => serve::serve(&args),
            Self::List(args) => Ok(list::list(&args)),
            Self::Measure(args) => Ok(measure::measure(&args)),
            Self::CheckWorker(args) => Ok(check::try_rows(&args)),
            Self::Child => models::child()
                .map(|()| ExitCode::SUCCESS)
                .map_err(|error| Error::broken("one of several processes", error)),
        }
    }
}

/// What clap says in paragraphs, without the usage: what is wrong, and the cure.
fn one_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let paragraphs = text.split("\n\n").take_while(|paragraph| !paragraph.starts_with("Usage:"));
    let words: Vec<_> = paragraphs
        .filter(|paragraph| !paragraph.starts_with("For more information"))
        .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    words.join(": ").trim_start_matches("error: ").to_owned()
}
