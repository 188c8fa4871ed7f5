//! A call yields the socket it waits on, and a small loop resumes it: Python before `async`, curio, Tornado's
//! `@gen.coroutine`.
//!
//! *How it waits*: a call that would block hands its socket to the loop and stops there. The loop waits for all the
//! sockets it was handed, and gives each back to its call when it is ready; the call goes on at the next line.
//!
//! *What to notice*: the state machine of the epoll page is still there, but the compiler writes it. Who holds the
//! socket says who is waiting. A deadline is thrown in where the call stands, as Python's `generator.throw` does. The
//! diamond is a generator as well: it yields the calls it needs, and goes on with their outcomes.
//!
//! *What is deliberately missing*: wakers. A generator says what it waits for, so the loop knows whom to resume; a
//! future says nothing and has to be woken (`mini-runtime`).
#![cfg_attr(feature = "nightly", feature(coroutines, coroutine_trait))]

#[cfg_attr(feature = "nightly", path = "coroutine/call.rs")]
mod call;
#[cfg_attr(feature = "nightly", path = "coroutine/generator.rs")]
mod generator;

use std::cell::RefCell;
use std::io;
use std::time::Instant;

use downstream_call::{Call, Diamond, Failure, Model, Outcome, Run};
use readiness::{Deadlines, Key, Poller, Socket};
use slotmap::SlotMap;

use call::{Needs, Wait, Waits};
use generator::{Generator, Resumed};

/// Makes calls on the caller's thread, one generator each.
#[derive(Debug)]
pub struct GeneratorStyle {
    poller: Poller,
    scratch: RefCell<Box<[u8]>>,
}

impl GeneratorStyle {
    /// Opens the system's poller.
    ///
    /// # Errors
    /// No descriptor was left.
    pub fn new() -> io::Result<Self> {
        Ok(Self { poller: Poller::new()?, scratch: RefCell::new(vec![0; 16 * 1024].into()) })
    }

    fn make(&mut self, run: &Run, calls: &[Call], order: Order) -> io::Result<Vec<Outcome>> {
        self.poller.watch_cancel(&run.cancel)?;
        let waits = Waits::new();
        let made = Turns::new(&mut self.poller, &waits, &self.scratch, run, (calls, order)).make_all();
        self.poller.forget_cancel(&run.cancel)?;
        made
    }
}

impl Model for GeneratorStyle {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        self.make(run, calls, Order { first: 0, all_or_none: false })
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        let needs = Needs::new();
        let mut steps = Generator::new(&needs, call::steps(&needs, plan));
        let mut outcomes = None;
        let mut first = 0;
        loop {
            match steps.resume(outcomes.take()) {
                Resumed::Yielded(calls) => {
                    outcomes = Some(self.make(run, &calls, Order { first, all_or_none: true })?);
                    first += calls.len();
                }
                Resumed::Returned(outcome) => return Ok(outcome),
            }
        }
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
struct Task<'run> {
    generator: Generator<'run, Wait, Result<Socket, Failure>, Outcome>,
    /// Its place among the outcomes.
    place: usize,
    /// The socket it was handed over with, and when it is too late for that.
    wait: Option<(Socket, Instant)>,
}

/// A run: turns of the loop until every call is over.
struct Turns<'run> {
    poller: &'run mut Poller,
    waits: &'run Waits,
    scratch: &'run RefCell<Box<[u8]>>,
    run: &'run Run,
    calls: &'run [Call],
    order: Order,
    /// The first call not started yet.
    next: usize,
    tasks: SlotMap<Key, Task<'run>>,
    deadlines: Deadlines<Key>,
    outcomes: Vec<Outcome>,
}

impl<'run> Turns<'run> {
    fn new(
        poller: &'run mut Poller,
        waits: &'run Waits,
        scratch: &'run RefCell<Box<[u8]>>,
        run: &'run Run,
        (calls, order): (&'run [Call], Order),
    ) -> Self {
        let outcomes = vec![Err(Failure::Cancelled); calls.len()];
        let (tasks, deadlines) = (SlotMap::new(), Deadlines::new());
        Self { poller, waits, scratch, run, calls, order, next: 0, tasks, deadlines, outcomes }
    }

    fn make_all(mut self) -> io::Result<Vec<Outcome>> {
        let mut ready = Vec::new();
        loop {
            self.admit()?;
            if self.tasks.is_empty() {
                return Ok(self.outcomes);
            }
            self.poller.wait(self.deadlines.earliest(), &mut ready)?;
            for key in ready.drain(..) {
                self.resume_ready(key)?;
            }
            self.expire()?;
        }
    }

    /// Admit: start calls while there is room.
    fn admit(&mut self) -> io::Result<()> {
        if self.run.cancel.is_cancelled() {
            self.cancel_all()?;
        }
        while self.next < self.calls.len() && self.tasks.len() < self.run.in_flight.get() {
            let place = self.next;
            self.next += 1;
            let call = (self.order.first + place, &self.calls[place]);
            let body = call::call(self.waits, self.scratch, self.run, call);
            let generator = Generator::new(self.waits, body);
            let key = self.tasks.insert(Task { generator, place, wait: None });
            self.resume(key, None)?;
        }
        Ok(())
    }

    /// Advance: a call whose socket is ready gets it back. A call that is over is not there any more.
    fn resume_ready(&mut self, key: Key) -> io::Result<()> {
        match self.end_wait(key) {
            Some(socket) => self.resume(key, Some(Ok(socket))),
            None => Ok(()),
        }
    }

    /// Expire: throw into the calls whose deadline has passed.
    fn expire(&mut self) -> io::Result<()> {
        let now = Instant::now();
        while let Some(key) = self.deadlines.expired(now) {
            self.resume(key, Some(Err(Failure::TimedOut)))?;
        }
        Ok(())
    }

    /// Runs a call to its next wait, or to its end.
    fn resume(&mut self, key: Key, with: Option<Result<Socket, Failure>>) -> io::Result<()> {
        let task = &mut self.tasks[key];
        match task.generator.resume(with) {
            Resumed::Yielded(Wait { mut socket, interest, deadline }) => {
                self.poller.watch(&mut socket, key, interest)?;
                self.deadlines.insert(deadline, key);
                task.wait = Some((socket, deadline));
                Ok(())
            }
            Resumed::Returned(outcome) => {
                let failed = outcome.is_err();
                self.outcomes[task.place] = outcome;
                self.tasks.remove(key);
                if failed && self.order.all_or_none { self.cancel_all() } else { Ok(()) }
            }
        }
    }

    /// Starts no other call, and throws into those that wait.
    fn cancel_all(&mut self) -> io::Result<()> {
        self.next = self.calls.len();
        for key in self.tasks.keys().collect::<Vec<_>>() {
            if self.end_wait(key).is_some() {
                self.resume(key, Some(Err(Failure::Cancelled)))?;
            }
        }
        Ok(())
    }

    fn end_wait(&mut self, key: Key) -> Option<Socket> {
        let (socket, deadline) = self.tasks.get_mut(key)?.wait.take()?;
        self.deadlines.remove(deadline, key);
        Some(socket)
    }
}
