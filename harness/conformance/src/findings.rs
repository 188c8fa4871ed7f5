//! What became of each row.

use std::time::Instant;

use serde::{Deserialize, Serialize};

/// What the suite found for one subject.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Findings {
    /// The model or program.
    pub subject: String,
    /// In the order they ran.
    pub rows: Vec<Row>,
}

/// What `meanwhile check --json` writes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckReport {
    /// `meanwhile.check/2`
    pub schema: String,
    /// In the order they were checked.
    pub findings: Vec<Findings>,
}

/// One row of the suite, and what became of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    /// `requirement`, or which part of a call the fault concerns.
    pub group: String,
    /// What was tried.
    pub name: String,
    /// What became of it.
    pub verdict: Verdict,
    /// How long all attempts took, in milliseconds.
    pub took_ms: u64,
    /// Why each attempt before the last one failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retried: Vec<String>,
    /// What a program calls the failure, if not by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As required.
    Held,
    /// Not as required, and how.
    Broken(String),
    /// Not tried, and why.
    Skipped(String),
}

/// The end of all attempts at a row.
#[derive(Clone, Debug)]
pub struct Tried {
    /// What became of the last attempt.
    pub verdict: Verdict,
    /// Why each attempt before it failed.
    pub retried: Vec<String>,
    /// What a program calls the failure, if not by its name.
    pub note: Option<String>,
}

impl CheckReport {
    /// The findings, with the schema's name.
    #[must_use]
    pub fn new(findings: Vec<Findings>) -> Self {
        Self { schema: "meanwhile.check/2".into(), findings }
    }
}

impl Findings {
    /// Without rows.
    #[must_use]
    pub fn new(subject: &str) -> Self {
        Self { subject: subject.into(), rows: Vec::new() }
    }

    /// Tries a row, and adds what became of it.
    pub fn add(&mut self, group: &str, name: &str, row: impl FnOnce() -> Tried) {
        let started = Instant::now();
        let Tried { verdict, retried, note } = row();
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.rows.push(Row { group: group.into(), name: name.into(), verdict, took_ms, retried, note });
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

impl From<Verdict> for Tried {
    /// After one attempt, or none.
    fn from(verdict: Verdict) -> Self {
        Self { verdict, retried: Vec::new(), note: None }
    }
}
