//! Non-blocking sockets, tried again and again: the first idea of most people who have just learned about `O_NONBLOCK`.
//!
//! *How it waits*: it does not wait. A system call that would put the thread to sleep returns an error instead, and the
//! loop tries the next socket, then the one after it, and begins again.
//!
//! *What to notice*: two errors are not failures (`system.rs`). `EINPROGRESS` means that the socket is connecting,
//! `EAGAIN` that there is nothing yet: *try again later*. All calls make progress together on one thread, so a hundred
//! take one second, and for that second a core does nothing but try: millions of system calls, of which a few hundred
//! succeed. What is missing is one system call that sleeps until any of the sockets is ready. `epoll-state-machine` has
//! it: its loop is this one with a *wait* between *admit* and *advance*.
//!
//! *What is deliberately missing*: a pause between two rounds. `sleep(1 ms)` would reduce the cost, add up to a
//! millisecond to each of the three steps of a call, and still wake up a thousand times a second for nothing.
//! `yield_now` only gives the core to another thread that is ready to run; without one it returns at once, and the core
//! is as busy as before.

mod flight;
#[cfg_attr(feature = "chaos", path = "chaos.rs")]
mod system;

use std::io;
use std::time::Instant;

use downstream_call::{Call, Diamond, Failure, FanOut, Model, Outcome, Run};
use slotmap::{DefaultKey, SlotMap};

use flight::{Flight, Progress};

/// Makes calls on the caller's thread, and keeps its core busy until they are over.
#[derive(Debug)]
pub struct BusyPoll {
    scratch: Box<[u8]>,
}

impl BusyPoll {
    /// Allocates the buffer that every call receives into.
    ///
    /// # Errors
    /// None; the constructors of other models can fail.
    pub fn new() -> io::Result<Self> {
        Ok(Self { scratch: vec![0; 16 * 1024].into() })
    }
}

impl Model for BusyPoll {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        Ok(Loop::new(self, run, calls).run())
    }

    /// Three fan-outs in a row: no stack remembers what comes next, so each step ends before the next one starts.
    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        let a = self.fan_out(&run.step(0), &[plan.a()])?.remove(0);
        let b_c_d = match a.and_then(|a| plan.b_c_d(&a)) {
            Ok(calls) => self.fan_out(&run.step(1), &calls)?,
            Err(failure) => return Ok(Err(failure)),
        };
        let e = match Diamond::together(b_c_d).and_then(|replies| plan.e(&replies)) {
            Ok(call) => self.fan_out(&run.step(4), &[call])?.remove(0),
            Err(failure) => return Ok(Err(failure)),
        };
        Ok(e.and_then(|e| plan.end(e)))
    }
}

/// A run, and its calls in flight.
struct Loop<'run> {
    model: &'run mut BusyPoll,
    run: &'run Run,
    fan_out: FanOut<'run>,
    flights: SlotMap<DefaultKey, Flight<'run>>,
}

impl<'run> Loop<'run> {
    fn new(model: &'run mut BusyPoll, run: &'run Run, calls: &'run [Call]) -> Self {
        let fan_out = FanOut::new(run, calls);
        Self { model, run, fan_out, flights: SlotMap::new() }
    }

    fn run(mut self) -> Vec<Outcome> {
        loop {
            self.admit();
            if self.fan_out.is_over() {
                return self.fan_out.into_outcomes();
            }
            self.advance_all();
            self.expire();
        }
    }

    /// Admit: start calls while there is room, or drop those in flight if the run is cancelled.
    fn admit(&mut self) {
        if self.fan_out.is_cancelled() {
            self.flights.clear();
            self.fan_out.cancel();
        }
        while let Some((index, call)) = self.fan_out.admit() {
            match Flight::start(self.run, index, call) {
                Ok(flight) => {
                    let key = self.flights.insert(flight);
                    self.advance(key);
                }
                Err(failure) => self.fan_out.ended(index, Err(failure)),
            }
        }
    }

    /// Advance: try each call. Almost all of these attempts would block.
    fn advance_all(&mut self) {
        for key in self.flights.keys().collect::<Vec<_>>() {
            self.advance(key);
        }
    }

    fn advance(&mut self, key: DefaultKey) {
        let Some(flight) = self.flights.get_mut(key) else { return };
        match flight.advance(&mut self.model.scratch) {
            Progress::Blocked => {}
            Progress::Over(outcome) => self.end(key, outcome),
        }
    }

    /// Expire: calls whose deadline has passed. Each is tried once more first, since an answer that has arrived counts.
    /// Scans every call, O(n), as all of this loop does.
    fn expire(&mut self) {
        let now = Instant::now();
        let late = |(key, flight): (_, &Flight<'_>)| (flight.deadline <= now).then_some(key);
        for key in self.flights.iter().filter_map(late).collect::<Vec<_>>() {
            self.advance(key);
            self.end(key, Err(Failure::TimedOut));
        }
    }

    /// Closes the socket before the work with the reply is done.
    fn end(&mut self, key: DefaultKey, outcome: Outcome) {
        if let Some(index) = self.flights.remove(key).map(|flight| flight.index()) {
            self.fan_out.ended(index, outcome);
        }
    }
}
