//! What became of each row.

use std::time::Instant;

use serde::{Deserialize, Serialize};

/// A suite's rows for one subject.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Whose.
    pub subject: String,
    /// In the order they ran.
    pub rows: Vec<Row>,
}

/// What `--json` writes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Document {
    /// `meanwhile.check/1`
    pub schema: String,
    /// In the order they were checked.
    pub reports: Vec<Report>,
}

/// One row of the matrix.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    /// `promise`, or which part of a call the fault concerns.
    pub group: String,
    /// What was tried.
    pub name: String,
    /// What became of it.
    pub verdict: Verdict,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What a program calls the failure, if not by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As promised.
    Held,
    /// Not as promised, and how.
    Broken(String),
    /// Not tried, and why.
    Skipped(String),
}

impl Document {
    /// The reports, with the schema's name.
    #[must_use]
    pub fn new(reports: Vec<Report>) -> Self {
        Self { schema: "meanwhile.check/1".into(), reports }
    }
}

impl Report {
    pub(super) fn new(subject: &str) -> Self {
        Self { subject: subject.into(), rows: Vec::new() }
    }

    pub(super) fn add(&mut self, group: &str, name: &str, row: impl FnOnce() -> Verdict) {
        let started = Instant::now();
        let verdict = row();
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.rows.push(Row { group: group.into(), name: name.into(), verdict, took_ms, note: None });
    }

    /// Adds to the last row.
    pub(super) fn note(&mut self, note: Option<String>) {
        if let Some(row) = self.rows.last_mut() {
            row.note = note;
        }
    }

    /// The rows that did not hold, and why.
    pub fn broken(&self) -> impl Iterator<Item = (&Row, &str)> {
        self.rows.iter().filter_map(|row| match &row.verdict {
            Verdict::Broken(why) => Some((row, why.as_str())),
            Verdict::Held | Verdict::Skipped(_) => None,
        })
    }

    /// The rows that were not tried, and why.
    pub fn skipped(&self) -> impl Iterator<Item = (&Row, &str)> {
        self.rows.iter().filter_map(|row| match &row.verdict {
            Verdict::Skipped(why) => Some((row, why.as_str())),
            Verdict::Held | Verdict::Broken(_) => None,
        })
    }
}
