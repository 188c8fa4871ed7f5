//! The command line: one file for each subcommand, and how its end becomes an exit status.

mod check;
mod completions;
mod grade;
mod learn;
mod line;
mod list;
mod man;
mod measure;
mod new_model;
mod race;
mod run;
mod serve;
mod timeline;
mod trace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

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
    /// Grade what a class has handed in: a row for each student
    Grade(grade::GradeArgs),
    /// Run a contestant once, and draw what its threads and its calls did
    Trace(trace::TraceArgs),
    /// Draw the runs of a file of timelines
    Timeline(timeline::TimelineArgs),
    /// Serve the slow downstream
    Serve(downstream_mock::ServeArgs),
    /// Show the models: what each waits with, and where it runs
    List(list::ListArgs),
    /// Learn by building: exercises that are graded by the conformance suite
    Learn(learn::LearnArgs),
    /// Write all files that a new model needs into this checkout
    NewModel(new_model::NewModelArgs),
    /// Print a script that completes commands and options in a shell
    Completions(completions::CompletionsArgs),
    /// Print the manual page of this program, or of one of its commands
    Man(man::ManArgs),
    /// Start a program and print what it used, for `race`
    #[command(hide = true, name = contestant::measure::SUBCOMMAND)]
    Measure(measure::MeasureArgs),
    /// Try rows of the suite, for `check`
    #[command(hide = true, name = conformance::WORKER_ARGUMENT)]
    CheckWorker(check::WorkerArgs),
    /// Hold a model for a worker of the suite in another process
    #[command(hide = true, name = conformance::HOST_ARGUMENT)]
    CheckHost(check::HostArgs),
    /// Be a process in which a submission is built or judged, for `grade`
    #[command(hide = true, name = exercises::grade::ENCLOSURE_ARGUMENT)]
    GradeEnclosure(grade::EnclosureArgs),
    /// Be one of the processes of a model that is several
    #[command(hide = true, name = models::CHILD_ARGUMENT)]
    Child,
}

/// The whole program, from its arguments to its exit status.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let program = line::reads_negative_values(Program::command());
    let arguments = line::complete(arguments.into_iter().collect(), &program);
    let program = program.try_get_matches_from(arguments).and_then(|found| Program::from_arg_matches(&found));
    let ended = match program {
        Ok(program) => program.command.perform(),
        Err(error) if error.use_stderr() => Err(line::usage(&error)),
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
            Self::Grade(args) => grade::grade(&args),
            Self::GradeEnclosure(args) => grade::enclosure(&args),
            Self::Trace(args) => trace::trace(&args),
            Self::Timeline(args) => timeline::timeline(&args),
            Self::Serve(args) => serve::serve(&args),
            Self::List(args) => list::list(&args),
            Self::Learn(args) => learn::learn(&args),
            Self::NewModel(args) => new_model::new_model(&args),
            Self::Completions(args) => completions::completions(&args, line::for_people(&Program::command())),
            Self::Man(args) => man::man(&args, line::for_people(&Program::command())),
            Self::Measure(args) => measure::measure(&args),
            Self::CheckWorker(args) => Ok(check::try_rows(&args)),
            Self::CheckHost(args) => Ok(check::be_host(&args)),
            Self::Child => run::signals::leave_to_the_parent()
                .and_then(|()| models::child())
                .map(|()| ExitCode::SUCCESS)
                .map_err(|error| Error::broken("one of several processes", error)),
        }
    }
}
