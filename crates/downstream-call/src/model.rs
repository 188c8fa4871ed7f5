//! The contract of a model.

use std::io;
use std::num::NonZeroUsize;

use crate::{Call, Cancel, Diamond, Outcome, Trace, Work};

/// What stays the same for every call of a run.
#[derive(Clone, Debug)]
pub struct Run {
    /// The most calls that may be in flight at the same time.
    pub in_flight: NonZeroUsize,
    /// Ends the run early, from another thread.
    pub cancel: Cancel,
    /// The first call that fails cancels the others: the run is one [`step`](Run::step) of a diamond.
    pub first_failure_cancels: bool,
    /// What happened when, call by call.
    pub trace: Trace,
    /// What to compute with each reply.
    pub work: Work,
}

impl Default for Run {
    /// All calls at once, never cancelled, not traced, nothing computed.
    fn default() -> Self {
        Self {
            in_flight: NonZeroUsize::MAX,
            cancel: Cancel::never(),
            first_failure_cancels: false,
            trace: Trace::off(),
            work: Work::None,
        }
    }
}

/// A way of waiting for many calls.
///
/// A model's threads, rings and runtimes are created with the model, so that a run can be timed without them.
///
/// ```
/// # use std::{io, num::NonZeroUsize};
/// # use downstream_call::{Call, Diamond, Failure, FanOut, Model, Outcome, Run};
/// /// A model that gives up at once. It shows the ledger, and the place where a model waits.
/// struct GivesUp;
///
/// impl Model for GivesUp {
///     fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
///         let mut fan_out = FanOut::new(run, calls);
///         while let Some((index, _call)) = fan_out.admit() {
///             fan_out.ended(index, Err(Failure::TimedOut)); // instead: connect, send, wait, receive
///         }
///         Ok(fan_out.into_outcomes())
///     }
///
///     fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
///         Ok(self.fan_out(&run.step(0), &[plan.a()])?.remove(0))
///     }
/// }
/// # let call = Call::get("http://127.0.0.1:8080/echo/7", std::time::Duration::from_secs(1))?;
/// let outcomes = GivesUp.fan_out(&Run::default(), &[call])?;
/// assert_eq!(outcomes, [Err(Failure::TimedOut)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Model {
    /// Makes every call, at most `in_flight` at once, and returns the outcomes in the order of `calls`.
    ///
    /// # Errors
    /// The model itself cannot work: the system refuses an epoll instance or a ring, for example. A call that fails is
    /// an outcome and no error.
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>>;

    /// Makes A, then B, C and D together, then E; each call is made from the replies before it. The first failure
    /// cancels the rest and is the outcome; otherwise the outcome is E's reply.
    ///
    /// # Errors
    /// As `fan_out`.
    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome>;
}
