//! The conformance suite: what every model must do, and what no downstream may do to it.
//!
//! A model's crate holds its model against the suite with a test that has a `main` of its own (`harness = false`):
//!
//! ```no_run
//! use conformance::Subject;
//! use downstream_call::{Call, Diamond, Failure, Model, Outcome, Run};
//! use std::{io, process::ExitCode};
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
//! fn main() -> ExitCode {
//!     conformance::main(&Subject::new("idle", &|| Ok(Box::new(Idle))))
//! }
//! ```
//!
//! *How it waits*: rows are tried in a worker process, and a supervisor reads each verdict as it falls (`supervised/`). So a
//! model may hang, panic or end its process: that is a verdict, and the next row goes on. A model that is not to be believed
//! is in a third process (`outside/`).
//!
//! *What to notice*: two lists: requirements are the contract's sentences, each with its line of the contract, its page and a
//! function, in an order in which each rests on earlier ones alone (`requirements/`); the matrix is the mock's
//! catalogue, each fault alone and among healthy calls (`faults.rs`). Every run of either is watched (`stage.rs`): threads, processes and
//! descriptors must be what they were, and the CPU time what waiting may cost. `meanwhile check`, the tests and a model's own
//! crate all run this one suite.
//!
//! *What is deliberately missing*: parallel rows. Descriptors, threads and CPU time are the whole process's, so a suite
//! needs a process to itself. And the list of models: the suite knows none of them.

mod breach;
mod cases;
mod faults;
mod findings;
mod leftovers;
mod one_run;
mod outside;
mod place;
mod program;
pub mod report;
mod requirement;
mod requirements;
mod rows;
mod stage;
mod supervised;
mod words;

pub use cases::{Case, cases, order_of_requirements};
pub use faults::{expected, faults_by_group};
pub use findings::{CheckReport, Findings, FirstCause, Row, Tried, Verdict};
pub use one_run::{MILESTONES_ARGUMENT, RUN_ARGUMENT};
pub use outside::{HOST_ARGUMENT, Outside, host};
pub use program::{main, tried};
pub use requirement::{Requirement, contract};
pub use rows::{GROUPS, REQUIREMENT, Rows};
pub use supervised::{
    Event, Patience, WORKER_ARGUMENT, supervise, supervise_outside, worker, worker_outside,
};
pub use words::printable;

use std::fmt;
use std::io;

use downstream_call::Model;
use serde::{Deserialize, Serialize};

/// A model, and the facts about it that the suite holds it to.
pub struct Subject<'a> {
    /// Its name in the findings.
    pub name: &'a str,
    /// Makes the model. It is made again only after a row that broke: a run must not spoil the next one.
    pub new: &'a dyn Fn() -> io::Result<Box<dyn Model>>,
    /// How many calls it can have in flight.
    pub at_once: usize,
    /// When calls in flight end after the run was cancelled.
    pub cancels: Cancels,
    /// Whether it uses CPU time while it waits.
    pub spins: bool,
    /// Whether the work with a reply holds up no other call, since another thread does it than the one that waits.
    pub offloads: bool,
}

/// What a model is held to beside the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// How many calls it can have in flight.
    pub at_once: usize,
    /// When calls in flight end after the run was cancelled.
    pub cancels: Cancels,
    /// Whether it uses CPU time while it waits.
    pub spins: bool,
    /// Whether the work with a reply holds up no other call, since another thread does it than the one that waits.
    pub offloads: bool,
}

/// When the calls in flight of a cancelled run end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cancels {
    /// As soon as the run is cancelled: what the model waits in can be woken.
    AtOnce,
    /// By their deadline: what the model waits in cannot be woken.
    ByTheDeadline,
}

impl<'a> Subject<'a> {
    /// A model that can have all calls in flight, cancels at once, sleeps while it waits, and computes on the thread that waits.
    #[must_use]
    pub fn new(name: &'a str, new: &'a dyn Fn() -> io::Result<Box<dyn Model>>) -> Self {
        let Facts { at_once, cancels, spins, offloads } = Facts::default();
        Self { name, new, at_once, cancels, spins, offloads }
    }

    /// What it is held to beside the contract.
    #[must_use]
    pub const fn facts(&self) -> Facts {
        let Self { at_once, cancels, spins, offloads, .. } = *self;
        Facts { at_once, cancels, spins, offloads }
    }
}

impl Default for Facts {
    /// All calls in flight, cancelled at once, asleep while it waits, and computing on the thread that waits.
    fn default() -> Self {
        Self { at_once: usize::MAX, cancels: Cancels::AtOnce, spins: false, offloads: false }
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
