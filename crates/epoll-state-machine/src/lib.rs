//! Raw epoll, and one enum for each call: readiness without a library in between.
//!
//! *How it waits*: in `epoll_wait`, for all sockets at once. The kernel reports which sockets can be read or written
//! without blocking. The loop then does just that, and keeps each call's state as a value, because there is no stack
//! to keep it on.
//!
//! *What to notice*: the state machine is the price. What `serial` does from top to bottom is cut at every place where
//! it might block, and the pieces become arms of a `match` (`flight.rs`). A socket is tried first and waited for only
//! when it would block: on a fast network the request is sent before epoll knows the socket. The loop is the one of
//! `busy-poll` with a *wait* between *admit* and *advance*.
//!
//! *What is deliberately missing*: timers. Deadlines rarely pass, so the loop knows only the earliest one, and scans
//! every call when that passes, O(n). The crate `readiness` keeps deadlines in order.
#![cfg(target_os = "linux")]

mod flight;
#[cfg_attr(feature = "chaos", path = "chaos.rs")]
mod system;

use std::io;
use std::time::Instant;

use downstream_call::{Call, Diamond, Failure, FanOut, Model, Outcome, Run};
use slotmap::{DefaultKey, SlotMap};

use flight::{Flight, Progress};
use system::Epoll;

/// Makes calls on the caller's thread, with one epoll instance.
pub struct EpollStateMachine {
    epoll: Epoll,
    scratch: Box<[u8]>,
}

impl EpollStateMachine {
    /// Opens the epoll instance.
    ///
    /// # Errors
    /// No descriptor was left.
    pub fn new() -> io::Result<Self> {
        Ok(Self { epoll: Epoll::new()?, scratch: vec![0; 16 * 1024].into() })
    }
}

impl Model for EpollStateMachine {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        // Where the system has no memory for it, a cancelled run is noticed when the next call has news or its deadline.
        _ = self.epoll.watch_cancel(&run.cancel);
        let outcomes = Loop::new(self, run, calls).run();
        _ = self.epoll.forget_cancel(&run.cancel);
        outcomes
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
    model: &'run mut EpollStateMachine,
    run: &'run Run,
    fan_out: FanOut<'run>,
    flights: SlotMap<DefaultKey, Flight<'run>>,
    /// No deadline passes before this.
    earliest: Option<Instant>,
}

impl<'run> Loop<'run> {
    fn new(model: &'run mut EpollStateMachine, run: &'run Run, calls: &'run [Call]) -> Self {
        let fan_out = FanOut::new(run, calls);
        Self { model, run, fan_out, flights: SlotMap::new(), earliest: None }
    }

    fn run(mut self) -> io::Result<Vec<Outcome>> {
        loop {
            self.admit();
            if self.fan_out.is_over() {
                return Ok(self.fan_out.into_outcomes());
            }
            let events = self.model.epoll.wait(self.earliest)?;
            self.advance_ready(events);
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
                    let earliest = self.earliest.unwrap_or(flight.deadline);
                    self.earliest = Some(earliest.min(flight.deadline));
                    let key = self.flights.insert(flight);
                    self.advance(key);
                }
                Err(failure) => self.fan_out.ended(index, Err(failure)),
            }
        }
    }

    /// Advance: continue each call that is ready.
    fn advance_ready(&mut self, events: usize) {
        for event in 0..events {
            self.advance(self.model.epoll.key(event));
        }
    }

    /// An event for a call that is over finds no flight: its key has an earlier version, even if another call now has
    /// the slot or the descriptor.
    fn advance(&mut self, key: DefaultKey) {
        let Some(flight) = self.flights.get_mut(key) else { return };
        match flight.advance(&mut self.model.scratch) {
            Progress::Blocked(event) => {
                if let Err(error) = flight.watch(&self.model.epoll, key, event) {
                    self.end(key, Err(error.into()));
                }
            }
            Progress::Over(outcome) => self.end(key, outcome),
        }
    }

    /// Expire: calls whose deadline has passed. Each is tried once more first, since an answer that has arrived counts.
    fn expire(&mut self) {
        let now = Instant::now();
        if self.earliest.is_none_or(|earliest| now < earliest) {
            return;
        }
        let late = |(key, flight): (_, &Flight<'_>)| (flight.deadline <= now).then_some(key);
        for key in self.flights.iter().filter_map(late).collect::<Vec<_>>() {
            self.advance(key);
            self.end(key, Err(Failure::TimedOut));
        }
        self.earliest = self.flights.values().map(|flight| flight.deadline).min();
    }

    /// Closes the socket before the work with the reply is done.
    fn end(&mut self, key: DefaultKey, outcome: Outcome) {
        if let Some(index) = self.flights.remove(key).map(|flight| flight.index()) {
            self.fan_out.ended(index, outcome);
        }
    }
}
