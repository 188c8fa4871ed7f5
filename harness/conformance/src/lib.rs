//! The conformance suite: what every model must do, and what no downstream may do to it.
//!
//! ```
//! use conformance::{Rows, Subject, check};
//! use downstream_call::{Call, Diamond, Failure, Model, Outcome, Run};
//! use std::io;
//!
//! /// A model that gives up every call.
//! struct Idle;
//!
//! impl Model for Idle {
//!     fn fan_out(&mut self, _: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
//!         Ok(vec![Err(Failure::Lost); calls.len()])
//!     }
//!     fn diamond(&mut self, _: &Run, _: &Diamond) -> io::Result<Outcome> {
//!         Ok(Err(Failure::Lost))
//!     }
//! }
//!
//! let rows = Rows { only: "outcomes come in the order of calls".into(), ..Rows::default() };
//! let findings = check(&Subject::new("idle", &|| Ok(Box::new(Idle))), &rows)?;
//! let (row, why) = findings.broken().next().expect("a row that the model breaks");
//! assert_eq!((row.group.as_str(), why), ("requirement", "call 0 ended with Err(Lost)"));
//! # io::Result::Ok(())
//! ```
//!
//! *What to notice*: two lists: requirements are the contract's sentences, each a function (`requirements/`); the matrix is
//! the mock's catalogue, each fault alone and among healthy calls (`faults.rs`). Every run of either is watched
//! (`stage.rs`): threads and descriptors must be what they were, and the CPU time what waiting may cost. `meanwhile check`,
//! the tests and a model's own crate all run this one suite.
//!
//! *What is deliberately missing*: parallel rows. Descriptors, threads and CPU time are the whole process's, so a suite
//! needs a process to itself. And the list of models: the suite knows none of them.

mod faults;
mod findings;
mod requirements;
mod rows;
mod stage;

pub use faults::{expected, faults_by_group};
pub use findings::{CheckReport, Findings, Row, Tried, Verdict};
pub use rows::{GROUPS, REQUIREMENT, Rows};

use std::fmt;
use std::io;
use std::sync::Once;
use std::time::Instant;

use downstream_call::Model;
use stage::Stage;

/// A model, and the facts about it that the suite holds it to.
pub struct Subject<'a> {
    /// Its name in the findings.
    pub name: &'a str,
    /// Makes the model. It is made once: a run must not spoil the next one.
    pub new: &'a dyn Fn() -> io::Result<Box<dyn Model>>,
    /// How many calls it can have in flight.
    pub at_once: usize,
    /// When calls in flight end after the run was cancelled.
    pub cancels: Cancels,
    /// Whether it uses CPU time while it waits.
    pub spins: bool,
}

/// When the calls in flight of a cancelled run end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancels {
    /// As soon as the run is cancelled: what the model waits in can be woken.
    AtOnce,
    /// By their deadline: what the model waits in cannot be woken.
    ByTheDeadline,
}

/// Attempts at a row, at most.
const ATTEMPTS: usize = 3;

/// A row that failed after this many seconds is not tried again.
const NOISE_LIMIT_S: u64 = 5;

impl<'a> Subject<'a> {
    /// A model that can have all calls in flight, cancels at once, and sleeps while it waits.
    #[must_use]
    pub fn new(name: &'a str, new: &'a dyn Fn() -> io::Result<Box<dyn Model>>) -> Self {
        Self { name, new, at_once: usize::MAX, cancels: Cancels::AtOnce, spins: false }
    }
}

impl fmt::Display for Cancels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AtOnce => "at once",
            Self::ByTheDeadline => "by the deadline",
        })
    }
}

/// Holds a subject against these rows of the suite.
///
/// # Errors
/// The model cannot be made here, or the mock cannot start.
pub fn check(subject: &Subject<'_>, rows: &Rows) -> io::Result<Findings> {
    hide_the_expected_panic();
    let mut stage = Stage::new(subject)?;
    let mut findings = Findings::new(subject.name);
    let large = if rows.large { requirements::LARGE } else { &[] };
    let requirements = requirements::ALL.iter().chain(large);
    for (name, requirement) in requirements.filter(|(name, _)| rows.include(REQUIREMENT, name)) {
        findings.add(REQUIREMENT, name, || tried(|| requirement(&mut stage)));
    }
    for (group, faults) in faults_by_group(rows) {
        for fault in &faults {
            findings.add(&group, &fault.name, || tried(|| faults::alone(&mut stage, fault)));
        }
        let name = format!("{} faults among {} healthy calls", faults.len(), faults::NEIGHBOURS);
        findings.add(&group, &name, || tried(|| faults::among(&mut stage, &faults)));
    }
    Ok(findings)
}

/// Tries a row up to three times: noise on a busy machine passes, a defect stays. Failures after 5 s are not tried again:
/// they are probably lost wake-ups, which the call's deadline has ended.
pub fn tried(mut row: impl FnMut() -> Result<(), String>) -> Tried {
    let started = Instant::now();
    let mut retried = Vec::new();
    loop {
        match row() {
            Ok(()) => return Tried { verdict: Verdict::Held, retried, note: None },
            Err(why) if retried.len() + 1 < ATTEMPTS && started.elapsed().as_secs() < NOISE_LIMIT_S => {
                retried.push(why);
            }
            Err(why) => return Tried { verdict: Verdict::Broken(why), retried, note: None },
        }
    }
}

/// Some rows need a panic in a call's work. Its message would look like a failure of the suite.
fn hide_the_expected_panic() {
    static HIDDEN: Once = Once::new();
    HIDDEN.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let payload = info.payload();
            let text = payload.downcast_ref::<String>().map(String::as_str);
            if text.or(payload.downcast_ref().copied()) != Some(requirements::PANIC) {
                usual(info);
            }
        }));
    });
}
