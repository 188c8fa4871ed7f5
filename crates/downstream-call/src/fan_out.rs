//! One run of calls as a ledger.

use crate::{Call, Failure, Outcome, Run};

/// One run of calls as a ledger (sans-IO): which call may start next, how many are in flight, how each one ended. It
/// owns no socket and does not wait: waiting is all that is left to a model.
///
/// ```
/// # use downstream_call::{Call, Failure, FanOut, Run};
/// # let call = Call::get("http://127.0.0.1:8080/echo/7", std::time::Duration::from_secs(1))?;
/// # let calls = [call.clone(), call];
/// let run = Run { in_flight: 1.try_into()?, ..Run::default() };
/// let mut fan_out = FanOut::new(&run, &calls);
/// let (index, _call) = fan_out.admit().expect("nothing is in flight");
/// assert!(fan_out.admit().is_none(), "one call at a time");
/// fan_out.ended(index, Err(Failure::TimedOut)); // … or the reply …
/// assert!(fan_out.admit().is_some() && !fan_out.is_over());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FanOut<'run> {
    run: &'run Run,
    calls: &'run [Call],
    /// The first call that has not been admitted.
    next: usize,
    in_flight: usize,
    failed: bool,
    /// Grows as calls end: while all of them wait, none of its memory is touched.
    outcomes: Vec<Outcome>,
}

impl<'run> FanOut<'run> {
    /// A ledger in which no call is admitted yet.
    #[must_use]
    pub fn new(run: &'run Run, calls: &'run [Call]) -> Self {
        let outcomes = Vec::with_capacity(calls.len());
        Self { run, calls, next: 0, in_flight: 0, failed: false, outcomes }
    }

    /// The index of the next call and the call itself, which the model starts now. `None` while as many calls as
    /// allowed are in flight, after the last call, and once the run is cancelled.
    pub fn admit(&mut self) -> Option<(usize, &'run Call)> {
        if self.in_flight == self.run.in_flight.get() || self.is_cancelled() {
            return None;
        }
        let call = self.calls.get(self.next)?;
        self.next += 1;
        self.in_flight += 1;
        Some((self.next - 1, call))
    }

    /// Does the run's work with the reply of an admitted call that ended, on this thread, and records the outcome.
    pub fn ended(&mut self, index: usize, outcome: Outcome) {
        self.ended_after_work(index, self.run.work_on(index, outcome));
    }

    /// As [`ended`](Self::ended), but for a call whose work was already done by the thread that made it.
    pub fn ended_after_work(&mut self, index: usize, outcome: Outcome) {
        self.in_flight -= 1;
        self.failed |= outcome.is_err();
        if let Some(recorded) = self.outcomes.get_mut(index) {
            *recorded = outcome;
        } else {
            self.outcomes.resize_with(index, || Err(Failure::Cancelled));
            self.outcomes.push(outcome);
        }
    }

    /// Whether the run was cancelled, from outside or by a step's first failure: no call is admitted any more, and the
    /// model has to end those in flight as soon as it can.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        (self.failed && self.run.first_failure_cancels) || self.run.cancel.is_cancelled()
    }

    /// The model has dropped all calls in flight: they end as [`Failure::Cancelled`], and the run is over.
    pub fn cancel(&mut self) {
        self.next = self.calls.len();
        self.in_flight = 0;
    }

    /// Whether no call is in flight and none will be admitted.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.in_flight == 0 && (self.next == self.calls.len() || self.is_cancelled())
    }

    /// The outcomes, in the order of calls; `Cancelled` for each call that has not ended.
    #[must_use]
    pub fn into_outcomes(mut self) -> Vec<Outcome> {
        self.outcomes.resize(self.calls.len(), Err(Failure::Cancelled));
        self.outcomes
    }
}

impl Run {
    /// The same run for one step of a [`Diamond`](crate::Diamond), whose first failure cancels the rest of the step. In
    /// the trace, call 0 of the step is call number `first` of the run.
    #[must_use]
    pub fn step(&self, first: usize) -> Self {
        Self { first_failure_cancels: true, ..self.part(first) }
    }

    /// The same run for a part of its calls, which begins with call number `first`.
    #[must_use]
    pub fn part(&self, first: usize) -> Self {
        Self { trace: self.trace.part(first), ..self.clone() }
    }
}
