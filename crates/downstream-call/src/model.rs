//! What a model promises.

use std::io;
use std::num::NonZeroUsize;

use crate::{Call, Cancel, Diamond, Outcome, Trace, Work};

/// What stays fixed for a run.
#[derive(Clone, Debug)]
pub struct Run {
    /// How many calls may wait at the same time, at most.
    pub in_flight: NonZeroUsize,
    /// Ends the run early.
    pub cancel: Cancel,
    /// What happened when, call by call.
    pub trace: Trace,
    /// What to compute with each reply.
    pub work: Work,
}

impl Default for Run {
    /// All calls at once, never cancelled, not traced, nothing computed.
    fn default() -> Self {
        Self { in_flight: NonZeroUsize::MAX, cancel: Cancel::never(), trace: Trace::off(), work: Work::None }
    }
}

/// A way of waiting for many calls.
///
/// Threads, rings and runtimes are made when the model is made, so that a run can be timed without them.
pub trait Model {
    /// Makes every call, at most `in_flight` at once; outcomes in the order of `calls`.
    ///
    /// # Errors
    /// The machinery broke (no epoll, no ring); never because a call failed.
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>>;

    /// A, then B, C and D together, then E, each made from the replies before it. The first failure cancels the
    /// rest and is the outcome; otherwise the outcome is E's reply.
    ///
    /// # Errors
    /// As `fan_out`.
    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome>;
}
