//! CPU work to be done with each reply.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use cpu_time::ThreadTime;

use crate::{Failure, Milestone, Outcome, Reply, Run};

/// What to compute with each reply, on the thread that handles it.
#[derive(Clone, Copy, Debug, Default)]
pub enum Work {
    /// Nothing.
    #[default]
    None,
    /// The Fibonacci number of `n`, the naive way: about 1.6 to the power of `n` steps.
    Fibonacci(u32),
    /// Computes until the thread has used this much CPU time.
    CpuTime(Duration),
    /// Any other function. If it panics, only this call loses its answer.
    Function(fn(&Reply) -> u64),
}

impl Work {
    /// Does the work with a reply, and stores the result in it; a failure is returned as it is.
    ///
    /// # Errors
    /// The call's own failure, or [`Failure::WorkPanicked`].
    #[inline]
    pub fn on(self, outcome: Outcome) -> Outcome {
        if matches!(self, Self::None) { outcome } else { self.compute(outcome?) }
    }

    fn compute(self, mut reply: Reply) -> Outcome {
        let compute = || match self {
            Self::None => 0,
            Self::Fibonacci(n) => fibonacci(n),
            Self::CpuTime(limit) => spin(limit),
            Self::Function(function) => function(&reply),
        };
        let worked = catch_unwind(AssertUnwindSafe(compute)).map_err(|_| Failure::WorkPanicked)?;
        reply.worked = Some(worked);
        Ok(reply)
    }
}

impl Run {
    /// Does the run's work with the reply of call number `index`, on this thread, and marks in the trace when it begins
    /// and ends.
    ///
    /// # Errors
    /// As [`Work::on`].
    #[inline]
    pub fn work_on(&self, index: usize, outcome: Outcome) -> Outcome {
        if matches!(self.work, Work::None) { outcome } else { self.marked_work(index, outcome?) }
    }

    #[cold]
    fn marked_work(&self, index: usize, reply: Reply) -> Outcome {
        self.trace.mark(index, Milestone::WorkBegins);
        let outcome = self.work.compute(reply);
        self.trace.mark(index, Milestone::WorkEnds);
        outcome
    }
}

fn fibonacci(n: u32) -> u64 {
    if n < 2 { u64::from(n) } else { fibonacci(n - 1).wrapping_add(fibonacci(n - 2)) }
}

/// Returns the number of rounds, because work that is measured in time has no other result.
fn spin(limit: Duration) -> u64 {
    let start = ThreadTime::now();
    let mut rounds = 0;
    while start.elapsed() < limit {
        rounds += 1;
        std::hint::black_box(fibonacci(12));
    }
    rounds
}
