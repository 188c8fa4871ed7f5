//! A call suspends with its whole stack: goroutines, greenlets, fibers, Java's virtual threads.
//!
//! *How it waits*: a call that would block switches to the loop's stack, in the middle of whatever functions it is in,
//! and leaves its own as it stands. When its socket is ready the loop switches back, and the innermost function
//! returns as if it had blocked.
//!
//! *What to notice*: `call.rs` is `serial` again, line by line: no `await`, no colour of functions. `Stream::receive`
//! suspends its caller and all of its callers, and none of them needs to know. The price is a stack for each call:
//! [`STACK_BYTES`] of addresses and a guard page, of which a waiting call has touched one page. At 10,000 waiting calls
//! that is 4.3 KB each, measured as growth of the resident set; a stack's first use costs about 10 µs, its next ones
//! nothing. Switching stacks is assembly, which no compiler checks; nor does one check what must not be held across a
//! switch, such as the borrow of the scratch buffer.
//!
//! *What is deliberately missing*: stacks that grow, as Go's do. Work with a reply may be deep, so it is done on the
//! thread's own stack.

mod call;
mod coroutine;
mod stream;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::Instant;

use downstream_call::{Call, Diamond, Failure, Model, Outcome, Run};
use readiness::{Deadlines, Key, Poller};
use slotmap::SlotMap;

pub use coroutine::STACK_BYTES;
use coroutine::{Coroutine, Resumed, Stacks};
use stream::{Here, Shared};

/// Makes calls on the caller's thread, one coroutine each.
pub struct StackfulCoroutines {
    shared: Rc<Shared>,
    stacks: Stacks,
}

impl StackfulCoroutines {
    /// Opens the system's poller. Stacks come with the calls, and stay for the next ones.
    ///
    /// # Errors
    /// No descriptor was left.
    pub fn new() -> io::Result<Self> {
        let scratch = RefCell::new(vec![0; 16 * 1024].into());
        Ok(Self { shared: Rc::new(Shared { poller: Poller::new()?.into(), scratch }), stacks: Stacks::new() })
    }

    fn make(&mut self, run: &Run, calls: &[Call], order: Order) -> io::Result<Vec<Outcome>> {
        self.shared.poller.borrow().watch_cancel(&run.cancel)?;
        let made = Turns::new(self, run, calls, order).make_all();
        self.shared.poller.borrow().forget_cancel(&run.cancel)?;
        made
    }
}

impl Model for StackfulCoroutines {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        self.make(run, calls, Order { first: 0, all_or_none: false })
    }

    /// The plan is a coroutine as well, which suspends with the calls it needs.
    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        let plan = plan.clone();
        let mut steps = Coroutine::new(self.stacks.take()?, move |needs, _| call::steps(needs, &plan));
        let mut outcomes = Vec::new();
        let mut first = 0;
        let outcome = loop {
            match steps.resume(outcomes) {
                Resumed::Suspended(calls) => {
                    outcomes = self.make(run, &calls, Order { first, all_or_none: true })?;
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

/// How a list of calls belongs to its run.
#[derive(Clone, Copy, Debug)]
struct Order {
    /// The number of the first call, in the trace.
    first: usize,
    /// The first failure cancels the rest.
    all_or_none: bool,
}

/// A call between two of its resumptions.
struct Task {
    coroutine: Coroutine<Result<(), Failure>, Instant, Outcome>,
    /// Its place among the outcomes.
    place: usize,
    /// Known once it waits.
    deadline: Option<Instant>,
}

/// A run: turns of the loop until every call is over.
struct Turns<'run> {
    model: &'run mut StackfulCoroutines,
    run: Rc<Run>,
    calls: &'run [Call],
    order: Order,
    /// The first call not started yet.
    next: usize,
    tasks: SlotMap<Key, Task>,
    deadlines: Deadlines<Key>,
    outcomes: Vec<Outcome>,
}

impl<'run> Turns<'run> {
    fn new(model: &'run mut StackfulCoroutines, run: &Run, calls: &'run [Call], order: Order) -> Self {
        let outcomes = vec![Err(Failure::Cancelled); calls.len()];
        let (tasks, deadlines) = (SlotMap::new(), Deadlines::new());
        Self { model, run: Rc::new(run.clone()), calls, order, next: 0, tasks, deadlines, outcomes }
    }

    fn make_all(mut self) -> io::Result<Vec<Outcome>> {
        let mut ready = Vec::new();
        loop {
            self.admit();
            if self.tasks.is_empty() {
                return Ok(self.outcomes);
            }
            self.model.shared.poller.borrow_mut().wait(self.deadlines.earliest(), &mut ready)?;
            for key in ready.drain(..) {
                self.resume(key, Ok(()));
            }
            self.expire();
        }
    }

    /// Admit: start calls while there is room.
    fn admit(&mut self) {
        if self.run.cancel.is_cancelled() {
            self.cancel_all();
        }
        while self.next < self.calls.len() && self.tasks.len() < self.run.in_flight.get() {
            let place = self.next;
            self.next += 1;
            match self.start(place) {
                Ok(key) => self.resume(key, Ok(())),
                Err(failure) => self.ended(place, Err(failure)),
            }
        }
    }

    /// A coroutine may outlive whoever started it, so it borrows nothing: it takes what it needs along.
    fn start(&mut self, place: usize) -> Result<Key, Failure> {
        let stack = self.model.stacks.take()?;
        let (shared, run) = (Rc::clone(&self.model.shared), Rc::clone(&self.run));
        let (index, call) = (self.order.first + place, self.calls[place].clone());
        Ok(self.tasks.insert_with_key(move |key| {
            let body =
                move |yielder: &_, _| call::call(&Here { yielder, key, shared: &shared }, &run, index, &call);
            Task { coroutine: Coroutine::new(stack, body), place, deadline: None }
        }))
    }

    /// Advance: runs a call to its next wait, or to its end. One that is over is not there any more.
    fn resume(&mut self, key: Key, with: Result<(), Failure>) {
        let Some(task) = self.tasks.get_mut(key) else { return };
        let outcome = match task.coroutine.resume(with) {
            Resumed::Suspended(deadline) => {
                if task.deadline.replace(deadline).is_none() {
                    self.deadlines.insert(deadline, key);
                }
                return;
            }
            Resumed::Returned(outcome) => outcome,
            Resumed::Panicked => Err(Failure::Lost),
        };
        if let Some(task) = self.tasks.remove(key) {
            if let Some(deadline) = task.deadline {
                self.deadlines.remove(deadline, key);
            }
            self.model.stacks.put_back(task.coroutine);
            self.ended(task.place, outcome);
        }
    }

    /// Expire: throw into the calls whose deadline has passed.
    fn expire(&mut self) {
        let now = Instant::now();
        while let Some(key) = self.deadlines.expired(now) {
            self.resume(key, Err(Failure::TimedOut));
        }
    }

    fn ended(&mut self, place: usize, outcome: Outcome) {
        let blame = outcome.as_ref().is_err_and(|failure| *failure != Failure::Cancelled);
        if blame && self.order.all_or_none {
            self.cancel_all();
        }
        self.outcomes[place] = self.run.work.on(outcome);
    }

    /// Starts no other call, and throws into those that wait.
    fn cancel_all(&mut self) {
        self.next = self.calls.len();
        for key in self.tasks.keys().collect::<Vec<_>>() {
            self.resume(key, Err(Failure::Cancelled));
        }
    }
}
