//! A call suspends with its whole stack: goroutines, greenlets, fibers, Java's virtual threads.
//!
//! *How it waits*: a call that would block switches to the loop's stack, in the middle of the functions it is in, and
//! leaves its own stack as it is. When its socket is ready the loop switches back, and the innermost function returns as
//! if it had blocked.
//!
//! *What to notice*: `call.rs` is `serial` again, line by line: no `await`, and any function may wait.
//! `Stream::receive` suspends its caller and all callers above it, and none of them is written in a special way. The
//! price is a stack for each call: [`STACK_BYTES`] of addresses and a guard page, of which a waiting call has touched
//! one page. At 10,000 waiting calls that is 4.3 KB each, measured as growth of the resident set; a stack's first use
//! costs about 10 µs, later ones nothing. The compiler checks neither the assembly that switches stacks nor what is
//! held across a switch, such as the borrow of the scratch buffer.
//!
//! *What is deliberately missing*: stacks that grow, as Go's do. The work with a reply may need a large stack, so it is
//! done on the thread's stack.

mod call;
mod coroutine;
mod diamond;
mod stream;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::Instant;

use downstream_call::{Call, Diamond, Failure, FanOut, Model, Outcome, Run};
use readiness::{Deadlines, Key, Poller};
use slotmap::SlotMap;

pub use coroutine::STACK_BYTES;
use coroutine::{Coroutine, Resumed, Stacks};
use stream::{Context, Shared};

/// Makes calls on the caller's thread, one coroutine each.
pub struct StackfulCoroutines {
    shared: Rc<Shared>,
    stacks: Stacks,
}

impl StackfulCoroutines {
    /// Opens the system's poller. Stacks are allocated with the first calls, and kept for the next ones.
    ///
    /// # Errors
    /// No descriptor was left.
    pub fn new() -> io::Result<Self> {
        let scratch = RefCell::new(vec![0; 16 * 1024].into());
        Ok(Self { shared: Rc::new(Shared { poller: Poller::new()?.into(), scratch }), stacks: Stacks::new() })
    }
}

impl Model for StackfulCoroutines {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        // Where the system has no memory for it, a cancelled run is noticed when the next call has news or its deadline.
        _ = self.shared.poller.borrow().watch_cancel(&run.cancel);
        let outcomes = Loop::new(self, run, calls).run();
        _ = self.shared.poller.borrow().forget_cancel(&run.cancel);
        outcomes
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        let plan = plan.clone();
        let mut steps = Coroutine::new(self.stacks.take()?, move |needs, _| diamond::steps(needs, &plan));
        let mut outcomes = Vec::new();
        let mut first = 0;
        let outcome = loop {
            match steps.resume(outcomes) {
                Resumed::Suspended(calls) => {
                    outcomes = self.fan_out(&run.step(first), &calls)?;
                    first += calls.len();
                }
                Resumed::Returned(outcome) => break outcome,
                Resumed::Panicked => break Err(Failure::Lost),
            }
        };
        self.stacks.put_back(steps);
        Ok(outcome)
    }
}

/// A call between two of its resumptions.
struct Task {
    coroutine: Coroutine<Result<(), Failure>, Instant, Outcome>,
    index: usize,
    /// `None` until it has to wait.
    deadline: Option<Instant>,
}

/// A run, and its calls in flight.
struct Loop<'run> {
    model: &'run mut StackfulCoroutines,
    run: Rc<Run>,
    fan_out: FanOut<'run>,
    tasks: SlotMap<Key, Task>,
    deadlines: Deadlines<Key>,
}

impl<'run> Loop<'run> {
    fn new(model: &'run mut StackfulCoroutines, run: &'run Run, calls: &'run [Call]) -> Self {
        let (fan_out, run) = (FanOut::new(run, calls), Rc::new(run.clone()));
        Self { model, run, fan_out, tasks: SlotMap::new(), deadlines: Deadlines::new() }
    }

    fn run(mut self) -> io::Result<Vec<Outcome>> {
        let mut ready = Vec::new();
        loop {
            self.admit();
            if self.fan_out.is_over() {
                return Ok(self.fan_out.into_outcomes());
            }
            self.model.shared.poller.borrow_mut().wait(self.deadlines.earliest(), &mut ready)?;
            for key in ready.drain(..) {
                self.resume(key, Ok(()));
            }
            self.expire();
        }
    }

    /// Admit: start calls while there is room, or throw into those in flight if the run is cancelled.
    fn admit(&mut self) {
        if self.fan_out.is_cancelled() {
            for key in self.tasks.keys().collect::<Vec<_>>() {
                self.resume(key, Err(Failure::Cancelled));
            }
        }
        while let Some((index, call)) = self.fan_out.admit() {
            match self.start(index, call) {
                Ok(key) => self.resume(key, Ok(())),
                Err(error) => self.fan_out.ended(index, Err(error.into())),
            }
        }
    }

    /// A coroutine may outlive the function that started it, so it owns what it needs.
    fn start(&mut self, index: usize, call: &Call) -> io::Result<Key> {
        let stack = self.model.stacks.take()?;
        let (shared, run, call) = (Rc::clone(&self.model.shared), Rc::clone(&self.run), call.clone());
        Ok(self.tasks.insert_with_key(move |key| {
            let body = move |yielder: &_, _| {
                call::call(&Context { yielder, key, shared: &shared }, &run, index, &call)
            };
            Task { coroutine: Coroutine::new(stack, body), index, deadline: None }
        }))
    }

    /// Expire: throw into the calls whose deadline has passed. Each goes on once more first, since an answer that has
    /// arrived counts.
    fn expire(&mut self) {
        let now = Instant::now();
        while let Some(key) = self.deadlines.expired(now) {
            self.resume(key, Ok(()));
            self.resume(key, Err(Failure::TimedOut));
        }
    }

    /// Advance: runs a call to its next wait, or to its end. A call that is over is not found.
    fn resume(&mut self, key: Key, with: Result<(), Failure>) {
        let Some(task) = self.tasks.get_mut(key) else { return };
        match task.coroutine.resume(with) {
            Resumed::Suspended(deadline) => {
                if task.deadline.replace(deadline).is_none() {
                    self.deadlines.insert(deadline, key);
                }
            }
            Resumed::Returned(outcome) => self.end(key, outcome),
            Resumed::Panicked => self.end(key, Err(Failure::Lost)),
        }
    }

    fn end(&mut self, key: Key, outcome: Outcome) {
        if let Some(task) = self.tasks.remove(key) {
            if let Some(deadline) = task.deadline {
                self.deadlines.remove(deadline, key);
            }
            self.model.stacks.put_back(task.coroutine);
            self.fan_out.ended(task.index, outcome);
        }
    }
}
