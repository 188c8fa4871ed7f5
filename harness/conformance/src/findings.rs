//! What became of each row, and which requirement to mend first.

use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::{REQUIREMENT, Requirement, requirement::contract};

/// What the suite found for one subject.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Findings {
    /// The model or program.
    pub subject: String,
    /// In the order they ran.
    pub rows: Vec<Row>,
    /// How many rows there were to try.
    #[serde(default)]
    pub all_rows: usize,
    /// What to mend first, if anything broke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_cause: Option<FirstCause>,
    /// Whether it was stopped before all rows were tried.
    #[serde(default)]
    pub interrupted: bool,
}

/// What `meanwhile check --json` writes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckReport {
    /// `meanwhile.check/3`
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
    /// The requirement that is broken, where it is one: not always the row's own, since some are watched in every run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaks: Option<String>,
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

/// The broken requirement that rests on no other broken one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstCause {
    /// What was expected: the requirement, or the fault that has to be survived.
    pub requirement: String,
    /// The row in which it broke first.
    pub row: String,
    /// What was seen there.
    pub seen: String,
    /// The line of the contract.
    pub contract: String,
    /// Where the mistake usually is.
    pub look_for: String,
    /// The page of the book, below `docs/src`.
    pub page: String,
    /// How many rows broke this requirement.
    pub rows: usize,
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
        Self { schema: "meanwhile.check/3".into(), findings }
    }
}

impl Findings {
    /// Without rows.
    #[must_use]
    pub fn new(subject: &str) -> Self {
        Self { subject: subject.into(), rows: Vec::new(), all_rows: 0, first_cause: None, interrupted: false }
    }

    /// Tries a row, and adds what became of it.
    pub fn add(&mut self, group: &str, name: &str, row: impl FnOnce() -> Tried) -> &Row {
        let started = Instant::now();
        let Tried { verdict, retried, note } = row();
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let is_broken = matches!(verdict, Verdict::Broken(_));
        let breaks = (is_broken && group == REQUIREMENT).then(|| name.to_owned());
        let at = self.rows.len();
        self.rows.push(Row {
            group: group.into(),
            name: name.into(),
            verdict,
            breaks,
            took_ms,
            retried,
            note,
        });
        &self.rows[at]
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

    /// Finds what to mend first: of all requirements that broke the one that comes first in this order; a fault only when no
    /// requirement broke.
    pub fn find_first_cause(&mut self, order: &[Requirement]) {
        let place = |row: &Row| {
            let named = |requirement: &Requirement| Some(requirement.name) == row.breaks.as_deref();
            order.iter().position(named).unwrap_or(order.len())
        };
        let first = self
            .broken()
            .min_by_key(|(row, _)| (place(row), row.breaks.as_deref() != Some(row.name.as_str())));
        self.first_cause = first.map(|(row, why)| match order.get(place(row)) {
            Some(requirement) => {
                let rows = self.rows.iter().filter(|other| other.breaks == row.breaks).count();
                FirstCause::of_requirement(requirement, row, why, rows)
            }
            None => FirstCause::of_fault(row, why),
        });
    }
}

impl FirstCause {
    fn of_requirement(requirement: &Requirement, row: &Row, why: &str, rows: usize) -> Self {
        Self {
            requirement: requirement.name.into(),
            row: row.title(),
            seen: why.into(),
            contract: requirement.contract.into(),
            look_for: requirement.look_for.into(),
            page: requirement.page.into(),
            rows,
        }
    }

    fn of_fault(row: &Row, why: &str) -> Self {
        Self {
            requirement: format!("a call survives {}", row.name),
            row: row.title(),
            seen: why.into(),
            contract: contract::ANSWERS.into(),
            look_for: "how the code ends a call of this kind: all bytes that were read go to Exchange::received, and only a read that returns 0 is passed on as Exchange::closed()".into(),
            page: "faults.md".into(),
            rows: 1,
        }
    }
}

impl Row {
    /// `connect: refused`
    #[must_use]
    pub fn title(&self) -> String {
        format!("{}: {}", self.group, self.name)
    }
}

impl From<Verdict> for Tried {
    /// After one attempt, or none.
    fn from(verdict: Verdict) -> Self {
        Self { verdict, retried: Vec::new(), note: None }
    }
}
