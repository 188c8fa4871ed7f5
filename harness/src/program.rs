//! The command line: which command, and how its end becomes an exit status.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use downstream_mock::ServeArgs;

use crate::check::CheckArgs;
use crate::race::RaceArgs;
use crate::run::RunArgs;
use crate::{Error, check, list, measure, race, run};

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
    Race(RaceArgs),
    /// Make calls with one model, in this process, and print a line for each
    Run(RunArgs),
    /// Hold models against the conformance suite: every promise, every fault
    Check(CheckArgs),
    /// Serve the slow downstream
    Serve(ServeArgs),
    /// Show the models: what each waits with, and where it runs
    List,
    /// Start a program and report what it used, for `race`
    #[command(hide = true)]
    Measure {
        /// End the program, and all that it has started, when standard input ends
        #[arg(long)]
        end_with_input: bool,
        /// The program and its arguments
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
    /// Be one of the processes of `per-process`
    #[command(hide = true, name = per_core::CHILD_ARGUMENT)]
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
            Self::Serve(args) => downstream_mock::serve(&args, &["serve"])
                .map(|()| ExitCode::SUCCESS)
                .map_err(|error| Error::Broken(error.to_string())),
            Self::List => {
                list::list();
                Ok(ExitCode::SUCCESS)
            }
            Self::Measure { end_with_input, command } => Ok(measure::measure(&command, end_with_input)),
            Self::Child => per_core::child()
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
