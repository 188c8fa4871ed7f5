//! `meanwhile learn`: exercises, from the list to the verdict.
//!
//! *How it waits*: for cargo, for the suite, or for a file to be saved; Ctrl-C ends each of these waits.
//!
//! *What to notice*: a student sees the first cause only. A compiler's first error, or the requirement that rests on no other broken
//! one: the rest usually goes away with it.
//!
//! *What is deliberately missing*: what an exercise is and how it is judged. That is the package `exercises`.

mod board;
mod check;
mod explain;
mod hint;
mod offered;
mod picture;
pub(super) mod place;
mod shown;
mod start;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use contestant::interrupt;

use self::check::Wishes;
use crate::{Error, text};

/// What to do.
#[derive(Args, Debug)]
pub(super) struct LearnArgs {
    #[command(subcommand)]
    step: Option<Step>,
}

#[derive(Subcommand, Debug)]
enum Step {
    /// Make a folder for exercises, with the starter of one of them
    Init {
        /// The folder; one that is there already keeps its files
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// The exercise [default: the first one]
        exercise: Option<String>,
    },
    /// Build the current exercise and hold it against its requirements
    Check {
        /// In a hunt: what was wrong, in one line
        #[arg(long, value_name = "LINE")]
        fix: Option<String>,
        /// Show no picture of a run where a requirement is broken
        #[arg(long)]
        no_picture: bool,
    },
    /// Do that each time when a file is saved, until Ctrl-C
    Watch {
        /// Show no picture of a run where a requirement is broken
        #[arg(long)]
        no_picture: bool,
    },
    /// Show the next hint
    Hint,
    /// Write the current starter again; your files are kept beside it
    Reset,
    /// Compare your files with the reference, once all requirements hold
    Diff,
    /// Go on with an exercise, or with the next one that has not passed
    Next {
        /// The exercise
        exercise: Option<String>,
    },
    /// Hunt a defect: a crate in which something is wrong, and what a user reports
    Hunt {
        /// Which defect; the same number gives the same one [default: a random one]
        #[arg(long, value_name = "N")]
        seed: Option<u32>,
    },
}

/// Does one step; without any, shows the list.
///
/// # Errors
/// This is no folder of exercises, something cannot be read or written, or an interrupt.
pub(super) fn learn(args: &LearnArgs) -> Result<ExitCode, Error> {
    interrupt::listen()?;
    match &args.step {
        None => start::list(),
        Some(Step::Init { folder, exercise }) => start::init(folder, exercise.as_deref()),
        Some(Step::Check { fix, no_picture }) => {
            check::check(Wishes { fix: fix.as_deref(), no_picture: *no_picture })
        }
        Some(Step::Watch { no_picture }) => watch::watch(Wishes { fix: None, no_picture: *no_picture }),
        Some(Step::Hint) => hint::hint(),
        Some(Step::Reset) => start::reset(),
        Some(Step::Diff) => hint::diff(),
        Some(Step::Next { exercise }) => start::next(exercise.as_deref()),
        Some(Step::Hunt { seed }) => start::hunt(*seed),
    }
}

/// Prints, and reports success.
fn said(text: &str) -> Result<ExitCode, Error> {
    text::say(text)?;
    Ok(ExitCode::SUCCESS)
}
