//! What the grader and an enclosure say to each other.

use std::path::PathBuf;
use std::time::Duration;

use conformance::Findings;
use serde::{Deserialize, Serialize};

/// What the grader asks for: one thing of each enclosure.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::grade) enum Order {
    /// Say that you are there, and end.
    Nothing,
    /// Build the package in this folder.
    Build { folder: PathBuf, target: PathBuf, time: Duration },
    /// Hold this program against the rows of the exercise.
    Judge { clone: PathBuf, exercise: String, program: PathBuf, time: Duration },
    /// Hold what this command starts against the rows for programs of the exercise.
    JudgeProgram { clone: PathBuf, exercise: String, command: String, time: Duration },
}

/// What an enclosure says. The last line is `Built`, `NotBuilt`, `Judged` or `NotJudged`.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::grade) enum Said {
    /// The enclosure is closed as far as was asked for, or why not.
    Ready(Result<(), String>),
    /// The program that was built.
    Built(PathBuf),
    /// The compiler's first error, or why there is none.
    NotBuilt(String),
    /// How many rows have their verdict.
    Tried(usize),
    /// What became of the rows, and for which a limit was met.
    Judged { findings: Box<Findings>, over: Vec<Over> },
    /// Why none could be tried.
    NotJudged(String),
}

/// A limit that was met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::grade) struct Over {
    /// The row that was being tried.
    pub(in crate::grade) row: String,
    /// The limit, and what was seen.
    pub(in crate::grade) why: String,
}
