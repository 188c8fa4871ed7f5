//! A call yields the socket it waits for, and a small loop resumes it: Python before `async`, curio, Tornado's
//! `@gen.coroutine`.
//!
//! *How it waits*: a call that would block hands its socket to the loop and stops there. The loop waits for all the
//! sockets that it was given, and returns each to its call when it is ready; the call goes on at the next line.
//!
//! *What to notice*: the state machine of the epoll page is still there, but the compiler writes it (`call.rs`). The
//! part of the program that has the socket is the one that waits for it (`stream.rs`). A deadline is thrown in where
//! the call has stopped, as Python's `generator.throw` does; a call that is cancelled is dropped. The diamond is a
//! generator as well: it yields the calls it needs, and goes on with their outcomes (`diamond.rs`).
//!
//! *What is deliberately missing*: wakers. A generator yields what it waits for, so the loop knows which one to resume.
//! A future only returns `Pending`, and has to be woken (`mini-runtime`).
#![cfg_attr(feature = "nightly", feature(coroutines, coroutine_trait))]

#[cfg_attr(feature = "nightly", path = "coroutine/call.rs")]
mod call;
#[cfg_attr(feature = "nightly", path = "coroutine/diamond.rs")]
mod diamond;
#[cfg_attr(feature = "nightly", path = "coroutine/generator.rs")]
mod generator;
#[cfg_attr(feature = "nightly", path = "coroutine/stream.rs")]
mod stream;

use std::cell::RefCell;
use std::io;
use std::time::Instant;

use downstream_call::{Call, Diamond, Failure, FanOut, Model, Outcome, Run};
use readiness::{Deadlines, Key, Poller, Socket};
use slotmap::SlotMap;

use diamond::Needs;
use generator::{Generator, Resumed, Slot};
use stream::{Context, Wait};

/// Makes calls on the caller's thread, one generator each.
pub struct GeneratorStyle {
    poller: Poller,
    context: Context,
}

impl GeneratorStyle {
    /// Opens the system's poller.
    ///
    /// # Errors
    /// No descriptor was left.
    pub fn new() -> io::Result<Self> {
        let scratch = RefCell::new(vec![0; 16 * 1024].into());
        Ok(Self { poller: Poller::new()?, context: Context { waits: Slot::new(), scratch } })
    }
}

impl Model for GeneratorStyle {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        // Where the system has no memory for it, a cancelled run is noticed when the next call has news or its deadline.
        _ = self.poller.watch_cancel(&run.cancel);
        let outcomes = Loop::new(self, run, calls).run();
        _ = self.poller.forget_cancel(&run.cancel);
        outcomes
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        let needs = Needs::new();
        let mut steps = Generator::new(&needs, diamond::steps(&needs, plan));
        let mut outcomes = None;
        let mut first = 0;
        loop {
            match steps.resume(outcomes.take()) {
                Resumed::Yielded(calls) => {
                    outcomes = Some(self.fan_out(&run.step(first), &calls)?);
                    first += calls.len();
                }
                Resumed::Returned(outcome) => return Ok(outcome),
            }
        }
    }
}

/// A call between two of its resumptions.
struct Task<'run> {
    generator: Generator<'run, Wait, Result<Socket, Failure>, Outcome>,
    index: usize,
    /// The socket that it yielded, and its deadline.
    wait: Option<(Socket, Instant)>,
}

/// A run, and its calls in flight.
struct Loop<'run> {
    poller: &'run mut Poller,
    context: &'run Context,
    run: &'run Run,
    fan_out: FanOut<'run>,
    tasks: SlotMap<Key, Task<'run>>,
    deadlines: Deadlines<Key>,
}

impl<'run> Loop<'run> {
    fn new(model: &'run mut GeneratorStyle, run: &'run Run, calls: &'run [Call]) -> Self {
        let GeneratorStyle { poller, context } = model;
        let fan_out = FanOut::new(run, calls);
        Self { poller, context, run, fan_out, tasks: SlotMap::new(), deadlines: Deadlines::new() }
    }

    fn run(mut self) -> io::Result<Vec<Outcome>> {
        let mut ready = Vec::new();
        loop {
            self.admit();
            if self.fan_out.is_over() {
                return Ok(self.fan_out.into_outcomes());
            }
            self.poller.wait(self.deadlines.earliest(), &mut ready)?;
            for key in ready.drain(..) {
                self.advance(key);
            }
            self.expire();
        }
    }

    /// Admit: start calls while there is room, or drop those in flight if the run is cancelled.
    fn admit(&mut self) {
        if self.fan_out.is_cancelled() {
            self.tasks.clear();
            self.fan_out.cancel();
        }
        while let Some((index, call)) = self.fan_out.admit() {
            let body = call::call(self.context, self.run, index, call);
            let generator = Generator::new(&self.context.waits, body);
            let key = self.tasks.insert(Task { generator, index, wait: None });
            self.resume(key, None);
        }
    }

    /// Advance: a call whose socket is ready gets it back. A call that is over is not found.
    fn advance(&mut self, key: Key) {
        if let Some((socket, deadline)) = self.tasks.get_mut(key).and_then(|task| task.wait.take()) {
            self.deadlines.remove(deadline, key);
            self.resume(key, Some(Ok(socket)));
        }
    }

    /// Expire: throw into the calls whose deadline has passed. Each gets its socket back first, since an answer that
    /// has arrived counts.
    fn expire(&mut self) {
        let now = Instant::now();
        while let Some(key) = self.deadlines.expired(now) {
            self.advance(key);
            if let Some((_, deadline)) = self.tasks.get_mut(key).and_then(|task| task.wait.take()) {
                self.deadlines.remove(deadline, key);
                self.resume(key, Some(Err(Failure::TimedOut)));
            }
        }
    }

    /// Runs a call to its next wait, or to its end.
    fn resume(&mut self, key: Key, with: Option<Result<Socket, Failure>>) {
        let Some(task) = self.tasks.get_mut(key) else { return };
        match task.generator.resume(with) {
            Resumed::Yielded(Wait { mut socket, interest, deadline }) => {
                match self.poller.watch(&mut socket, key, interest) {
                    Ok(()) => {
                        self.deadlines.insert(deadline, key);
                        task.wait = Some((socket, deadline));
                    }
                    Err(error) => self.resume(key, Some(Err(error.into()))),
                }
            }
            Resumed::Returned(outcome) => {
                let index = task.index;
                self.tasks.remove(key);
                self.fan_out.ended(index, outcome);
            }
        }
    }
}
