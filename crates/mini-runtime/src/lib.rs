//! async and await on a runtime written here: what `asyncio` and tokio do, small enough to read.
//!
//! *How it waits*: a call that would block leaves its waker with the reactor and returns `Pending`. The loop polls
//! the tasks that were woken, then waits for sockets and timers, and wakes the tasks that waited for them
//! ([`Executor`], [`Runtime`]).
//!
//! *What to notice*: a future does nothing until it is polled, and does not report what it waits for; it leaves a waker
//! where the event will happen. That is why a socket, a timer, a lock and another thread are all awaited in the same
//! way. A future is cancelled by dropping it, so a timeout is two futures of which one is dropped, and the first
//! failure of three ends the other two, because it returns from the function. Tasks stay on one thread; wakers need
//! not. The calls of a run are a [`TaskSet`] and not tasks of the executor, so they may borrow the run's list of calls.
//!
//! *What is deliberately missing*: threads that share tasks, as tokio's do (`async-await`), and futures without a box,
//! which need `unsafe` (`std::pin`).

mod call;
mod runtime;
mod stream;
mod tools;

use std::io;
use std::pin::pin;
use std::time::Instant;

use downstream_call::{Call, Diamond, Failure, FanOut, Model, Outcome, Run};

pub use runtime::{
    Executor, Finished, JoinError, JoinHandle, Promise, Resolver, RunQueue, Runtime, Socket, TaskSet,
};
pub use runtime::{Timers, promise, run_in_executor, shield, spawn};
pub use tools::{BoundedSemaphore, Permit, ReleasedTooOften, Semaphore};
pub use tools::{Buffer, LifoQueue, PriorityQueue, Queue, Store};
pub use tools::{Condition, Event, Lock, LockGuard};
pub use tools::{Either, Waited, as_completed, both, either, gather, try_gather, wait, wait_at_most};
pub use tools::{Sleep, TimedOut, call_later, sleep, sleep_until, wait_for, wait_until};
pub use tools::{all_completed, first_completed, first_exception};

use runtime::Cancelled;
use stream::Scratch;

/// Makes calls on the caller's thread, one future each.
#[derive(Debug)]
pub struct MiniRuntime {
    runtime: Runtime,
    scratch: Scratch,
}

impl MiniRuntime {
    /// Starts a runtime, without threads of its own.
    ///
    /// # Errors
    /// No descriptor was left.
    pub fn new() -> io::Result<Self> {
        Ok(Self { runtime: Runtime::new()?, scratch: Scratch::new(vec![0; 16 * 1024].into()) })
    }
}

impl Model for MiniRuntime {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        self.runtime.block_on(fan_out(&self.scratch, run, calls))
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        self.runtime.block_on(unless_cancelled(run, steps(&self.scratch, run, plan)))
    }
}

/// Makes every call; the first failure of a step, or a run that is cancelled, drops those in flight.
async fn fan_out(scratch: &Scratch, run: &Run, calls: &[Call]) -> Vec<Outcome> {
    let mut fan_out = FanOut::new(run, calls);
    let mut cancelled = pin!(Cancelled::watch(&run.cancel));
    let mut tasks = TaskSet::new();
    while !fan_out.is_cancelled() {
        while let Some((index, call)) = fan_out.admit() {
            tasks.spawn(index, call_in_time(scratch, run, index, call));
        }
        match either(pin!(tasks.next()), cancelled.as_mut()).await {
            Either::First(Some((index, finished))) => {
                fan_out.ended(index, finished.unwrap_or(Err(Failure::Lost)));
            }
            Either::First(None) | Either::Second(()) => break,
        }
    }
    fan_out.into_outcomes()
}

/// A call that is dropped at its deadline.
async fn call_in_time(scratch: &Scratch, run: &Run, index: usize, call: &Call) -> Outcome {
    let deadline = call.deadline(Instant::now());
    let outcome = wait_until(pin!(call::call(scratch, run, index, call)), deadline).await;
    outcome.unwrap_or(Err(Failure::TimedOut))
}

/// The diamond, step by step. The first failure returns from the function, which drops and so cancels the rest.
async fn steps(scratch: &Scratch, run: &Run, plan: &Diamond) -> Outcome {
    let room = &Semaphore::new(run.in_flight.get());
    let call = async |index: usize, call: Call| {
        let _permit = room.acquire().await;
        run.work_on(index, call_in_time(scratch, run, index, &call).await)
    };
    let a = call(0, plan.a()).await?;
    let b_c_d = try_gather((1..).zip(plan.b_c_d(&a)?).map(|(index, step)| call(index, step))).await?;
    let e = call(4, plan.e(&Diamond::together(b_c_d.into_iter().map(Ok))?)?).await?;
    plan.end(e)
}

async fn unless_cancelled(run: &Run, steps: impl Future<Output = Outcome>) -> Outcome {
    match either(pin!(Cancelled::watch(&run.cancel)), pin!(steps)).await {
        Either::First(()) => Err(Failure::Cancelled),
        Either::Second(outcome) => outcome,
    }
}
