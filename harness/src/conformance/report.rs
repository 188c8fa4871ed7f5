//! What became of each row.

use std::time::{Duration, Instant};

use serde::Serialize;

/// A suite's rows for one subject.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Whose.
    pub subject: String,
    /// In the order they ran.
    pub rows: Vec<Row>,
}

/// One row of the matrix.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// `promise`, or which part of a call the fault concerns.
    pub group: String,
    /// What was tried.
    pub name: String,
    /// What became of it.
    pub verdict: Verdict,
    /// How long it took, in milliseconds.
    pub took_ms: u128,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As promised.
    Held,
    /// Not as promised, and how.
    Broken(String),
    /// Not tried, and why.
    Skipped(String),
}

impl Report {
    pub(super) fn new(subject: &str) -> Self {
        Self { subject: subject.into(), rows: Vec::new() }
    }

    pub(super) fn add(&mut self, group: &str, name: &str, row: impl FnOnce() -> Verdict) {
        let started = Instant::now();
        let verdict = row();
        let took: Duration = started.elapsed();
        self.rows.push(Row { group: group.into(), name: name.into(), verdict, took_ms: took.as_millis() });
    }

    /// The rows that did not hold.
    pub fn broken(&self) -> impl Iterator<Item = (&Row, &str)> {
        self.rows.iter().filter_map(|row| match &row.verdict {
            Verdict::Broken(why) => Some((row, why.as_str())),
            Verdict::Held | Verdict::Skipped(_) => None,
        })
    }
}
