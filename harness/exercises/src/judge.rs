//! Holds a built package against the rows that grade its exercise.
//!
//! *What to notice*: this is the only place that knows how a model is held against the suite.

use std::io;
use std::ops::ControlFlow;
use std::process::Command;
use std::time::Duration;

use conformance::{Event, Findings, HOST_ARGUMENT, Outside, Patience, Verdict, supervise_outside};

use crate::{Built, Exercise, Requirement};

/// How long after its deadline a call counts as hung: a student waits for the verdict.
const OVERDUE: Duration = Duration::from_secs(3);

/// What became of each requirement of an exercise.
#[derive(Clone, Debug)]
pub struct Judged {
    /// All that the suite found; `first_cause` is what to mend first.
    pub findings: Findings,
    /// The points of the requirements that held.
    pub points: u32,
    /// All points.
    pub of: u32,
}

/// Tries the rows of an exercise, and says what happens as it happens; stops early when `on` breaks. Verdicts are formed in a
/// process in which no code of the package's runs: a `worker` of the caller's, which calls [`conformance::worker_outside`].
///
/// # Errors
/// A program cannot be started, or the model cannot be made.
pub fn judge(
    built: &Built,
    exercise: &Exercise,
    worker: &dyn Fn() -> Command,
    on: &mut dyn FnMut(Event<'_>) -> ControlFlow<()>,
) -> io::Result<Judged> {
    let host = || {
        let mut command = Command::new(&built.program);
        command.arg(HOST_ARGUMENT);
        command
    };
    let outside = Outside { worker, host: &host, facts: exercise.facts.of_the_suite() };
    let patience = Patience { overdue: OVERDUE, ..Patience::default() };
    let findings = supervise_outside(&exercise.name, &outside, &exercise.rows(), &patience, on)?;
    Ok(Judged::of(findings, exercise))
}

impl Judged {
    pub(crate) fn of(findings: Findings, exercise: &Exercise) -> Self {
        let held = |requirement: &&Requirement| {
            let row = findings.rows.iter().find(|row| row.name == requirement.name);
            row.is_some_and(|row| row.verdict == Verdict::Held)
        };
        let points = exercise.requirements.iter().filter(held).map(|requirement| requirement.points).sum();
        Self { points, of: exercise.points(), findings }
    }

    /// The name of what is to be mended first: of a requirement, or of a fault.
    #[must_use]
    pub fn first_broken(&self) -> Option<&str> {
        let cause = self.findings.first_cause.as_ref()?;
        let row = self.findings.rows.iter().find(|row| row.title() == cause.row)?;
        Some(row.breaks.as_deref().unwrap_or(&row.name))
    }

    /// Whether every requirement held.
    #[must_use]
    pub const fn has_passed(&self) -> bool {
        self.points == self.of && !self.findings.interrupted
    }
}
