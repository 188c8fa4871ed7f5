//! Non-blocking sockets, asked again and again: the first idea of everybody who has just learned about `O_NONBLOCK`.
//!
//! *How it waits*: it doesn't. A system call that would have put the thread to sleep returns an error instead, and the
//! loop asks the next socket, and the one after it, and begins again.
//!
//! *What to notice*: two errors that are none. `EINPROGRESS` says that a connection is being made, `EAGAIN` that there
//! is nothing yet; both mean *ask later* (`flight.rs`). All calls make progress together on one thread, so a hundred
//! take one second, and for that second a core does nothing but ask: millions of system calls, of which a few hundred
//! have an answer. What is missing is one question about all sockets that sleeps until one of them has something to
//! say, and that is `epoll-state-machine`: its loop is this one with a *wait* between *admit* and *advance*.
//!
//! *What is deliberately missing*: a pause between two rounds. `sleep(1 ms)` would bring the cost down, add up to a
//! millisecond to each of the three steps of a call, and still wake a thousand times for nothing. `yield_now` only
//! hands the core to whoever else is ready to run; where nobody is, it returns at once and the core is as busy.

#[cfg(feature = "chaos")]
mod chaos;
mod flight;

use std::io;
use std::time::Instant;

use downstream_call::{Call, Diamond, Failure, Model, Outcome, Run};

use flight::{Flight, Progress};

/// Makes calls on the caller's thread, and keeps its core busy until they are over.
#[derive(Debug)]
pub struct BusyPoll {
    scratch: Box<[u8]>,
}

impl BusyPoll {
    /// Ready at once: there is nothing to wait with.
    ///
    /// # Errors
    /// None; the other models have some.
    pub fn new() -> io::Result<Self> {
        Ok(Self { scratch: vec![0; 16 * 1024].into() })
    }

    fn make(&mut self, run: &Run, calls: &[Call], order: Order) -> Vec<Outcome> {
        Turns::new(self, run, calls, order).make_all()
    }

    /// Three fan-outs in a row: where no stack remembers what comes next, a barrier has to.
    fn steps(&mut self, run: &Run, plan: &Diamond) -> Outcome {
        let mut step = |first, calls: &[Call]| self.make(run, calls, Order { first, all_or_none: true });
        let a = step(0, &[plan.a()]).remove(0)?;
        let b_c_d = Diamond::together(step(1, &plan.b_c_d(&a)?))?;
        let e = step(4, &[plan.e(&b_c_d)?]).remove(0)?;
        plan.end(e)
    }
}

impl Model for BusyPoll {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        Ok(self.make(run, calls, Order { first: 0, all_or_none: false }))
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        Ok(self.steps(run, plan))
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

/// A run: turns of the loop until every call is over.
struct Turns<'run> {
    model: &'run mut BusyPoll,
    run: &'run Run,
    calls: &'run [Call],
    order: Order,
    /// The first call not started yet.
    next: usize,
    flights: Vec<Flight<'run>>,
    outcomes: Vec<Outcome>,
}

impl<'run> Turns<'run> {
    fn new(model: &'run mut BusyPoll, run: &'run Run, calls: &'run [Call], order: Order) -> Self {
        let outcomes = vec![Err(Failure::Cancelled); calls.len()];
        Self { model, run, calls, order, next: 0, flights: Vec::new(), outcomes }
    }

    fn make_all(mut self) -> Vec<Outcome> {
        loop {
            self.admit();
            if self.flights.is_empty() {
                return self.outcomes;
            }
            self.advance_all();
            self.expire();
        }
    }

    /// Admit: start calls while there is room.
    fn admit(&mut self) {
        if self.run.cancel.is_cancelled() {
            self.cancel_all();
        }
        while self.next < self.calls.len() && self.flights.len() < self.run.in_flight.get() {
            let (index, call) = (self.order.first + self.next, &self.calls[self.next]);
            self.next += 1;
            match Flight::start(self.run, index, call) {
                Ok(flight) => self.flights.push(flight),
                Err(failure) => self.ended(index, Err(failure)),
            }
        }
    }

    /// Advance: each call as far as it comes, which is nowhere, nearly always.
    fn advance_all(&mut self) {
        let mut at = 0;
        while let Some(flight) = self.flights.get_mut(at) {
            match flight.advance(&mut self.model.scratch) {
                Progress::Blocked => at += 1,
                Progress::Over(outcome) => {
                    let index = self.flights.swap_remove(at).index();
                    self.ended(index, outcome);
                }
            }
        }
    }

    /// Expire: calls whose deadline has passed. Scans every call, O(n), as all of this loop does.
    fn expire(&mut self) {
        let now = Instant::now();
        let mut at = 0;
        while let Some(flight) = self.flights.get(at) {
            if flight.deadline > now {
                at += 1;
                continue;
            }
            let mut flight = self.flights.swap_remove(at);
            let outcome = flight.failed(Failure::TimedOut);
            self.ended(flight.index(), outcome);
        }
    }

    fn ended(&mut self, index: usize, outcome: Outcome) {
        if outcome.is_err() && self.order.all_or_none {
            self.cancel_all();
        }
        self.outcomes[index - self.order.first] = self.run.work.on(outcome);
    }

    /// Ends every call in flight, now, and starts no other; their outcomes are `Cancelled` from the beginning.
    fn cancel_all(&mut self) {
        self.next = self.calls.len();
        for mut flight in self.flights.drain(..) {
            _ = flight.failed(Failure::Cancelled);
        }
    }
}
