//! What a supervisor and its worker say to each other: one JSON document a line.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::Patience;
use crate::{Rows, Verdict, outside};

/// What a supervisor asks for.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Order {
    /// Make the model. Which rows there are follows from these.
    Begin {
        rows: Box<Rows>,
        patience: Patience,
        /// Where the model is, if not in the worker.
        outside: Option<Box<outside::Hosted>>,
    },
    /// Try a row.
    Try {
        /// Which: its place in the list of cases.
        at: usize,
        /// Requirements that are broken already: a row that breaks one of them again is not tried again.
        known: Vec<String>,
        /// Whether a row of this subject has hung.
        has_hung: bool,
    },
}

/// What a worker says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Said {
    /// The model is made.
    Ready,
    /// The model cannot be made, and why.
    NotMade(String),
    /// Once a second.
    Alive,
    /// What became of the row.
    Found(Found),
}

/// What became of a row.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Found {
    pub(super) verdict: Verdict,
    /// The requirement that is broken, if it is one.
    pub(super) breaks: Option<String>,
    /// Why each attempt before the last one failed.
    pub(super) retried: Vec<String>,
    /// Whether its run did not end by itself.
    pub(super) hangs: bool,
    /// Whether the worker ends with it.
    pub(super) ends: bool,
}

/// Writes one line, in one piece.
pub(crate) fn say(mut to: impl Write, message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    to.write_all(&line)?;
    to.flush()
}
