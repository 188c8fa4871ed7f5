//! Raw epoll, and one enum for each call: readiness with nothing in between.
//!
//! *How it waits*: in `epoll_wait`, for all sockets at once. The kernel says which sockets can be read or written
//! without blocking; the loop then does just that, and keeps each call's place as a value, because there is no stack
//! to keep it on.
//!
//! *What to notice*: the state machine is the price. What `serial` says from top to bottom is cut at every place
//! where it might block, and the pieces become arms of a `match` (`flight.rs`). A socket is tried first and waited
//! for only when it would block: on a fast network the request is sent before epoll has heard of the socket.
//!
//! *What is deliberately missing*: timers. Deadlines pass so seldom that the loop knows only the earliest, and scans
//! every call when it passes, O(n); the crate `readiness` keeps them in order.
#![cfg(target_os = "linux")]

#[cfg(feature = "chaos")]
mod chaos;
mod flight;

use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use downstream_call::{Call, Diamond, Failure, Model, Outcome, Run};
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use slotmap::{DefaultKey, Key, KeyData, SlotMap};

use flight::{Flight, Progress};

/// Makes calls on the caller's thread, with one epoll instance.
pub struct EpollStateMachine {
    epoll: OwnedFd,
    events: Vec<Event>,
    scratch: Box<[u8]>,
}

/// So many events come back from one `epoll_wait`, at most.
const BATCH: usize = 1024;

/// The cancel socket's token. No flight has it: versions in a slot map's keys begin at 1.
const CANCEL: EventData = EventData::new_u64(0);

impl EpollStateMachine {
    /// Opens the epoll instance.
    ///
    /// # Errors
    /// No descriptor was left.
    pub fn new() -> io::Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        Ok(Self { epoll, events: Vec::with_capacity(BATCH), scratch: vec![0; 16 * 1024].into() })
    }

    fn make(&mut self, run: &Run, calls: &[Call], order: Order) -> io::Result<Vec<Outcome>> {
        if let Some(socket) = run.cancel.socket() {
            epoll::add(&self.epoll, socket, CANCEL, EventFlags::IN)?;
        }
        let made = Turns::new(self, run, calls, order).make_all();
        if let Some(socket) = run.cancel.socket() {
            epoll::delete(&self.epoll, socket)?;
        }
        made
    }
}

impl Model for EpollStateMachine {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        self.make(run, calls, Order { first: 0, all_or_none: false })
    }

    /// Three fan-outs in a row: where no stack remembers what comes next, a barrier has to.
    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        let mut step = |first, calls: &[Call]| self.make(run, calls, Order { first, all_or_none: true });
        let a = step(0, &[plan.a()])?.remove(0);
        let b_c_d = match a.and_then(|a| plan.b_c_d(&a)) {
            Ok(calls) => step(1, &calls)?,
            Err(failure) => return Ok(Err(failure)),
        };
        let e = match Diamond::together(b_c_d).and_then(|replies| plan.e(&replies)) {
            Ok(call) => step(4, &[call])?.remove(0),
            Err(failure) => return Ok(Err(failure)),
        };
        Ok(e.and_then(|e| plan.end(e)))
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
    model: &'run mut EpollStateMachine,
    run: &'run Run,
    calls: &'run [Call],
    order: Order,
    /// The first call not started yet.
    next: usize,
    flights: SlotMap<DefaultKey, Flight<'run>>,
    /// No deadline passes before this.
    earliest: Option<Instant>,
    outcomes: Vec<Outcome>,
}

impl<'run> Turns<'run> {
    fn new(model: &'run mut EpollStateMachine, run: &'run Run, calls: &'run [Call], order: Order) -> Self {
        let outcomes = vec![Err(Failure::Cancelled); calls.len()];
        Self { model, run, calls, order, next: 0, flights: SlotMap::new(), earliest: None, outcomes }
    }

    fn make_all(mut self) -> io::Result<Vec<Outcome>> {
        loop {
            self.admit()?;
            if self.flights.is_empty() {
                return Ok(self.outcomes);
            }
            self.wait()?;
            self.advance_ready()?;
            self.expire();
        }
    }

    /// Admit: start calls while there is room.
    fn admit(&mut self) -> io::Result<()> {
        if self.run.cancel.is_cancelled() {
            self.cancel_all();
        }
        while self.next < self.calls.len() && self.flights.len() < self.run.in_flight.get() {
            let (index, call) = (self.order.first + self.next, &self.calls[self.next]);
            self.next += 1;
            match Flight::start(self.run, index, call) {
                Ok(flight) => {
                    let deadline = flight.deadline;
                    self.earliest = Some(self.earliest.map_or(deadline, |earliest| earliest.min(deadline)));
                    let key = self.flights.insert(flight);
                    self.advance(key)?;
                }
                Err(failure) => self.ended(index, Err(failure)),
            }
        }
        Ok(())
    }

    /// Wait: until a socket is ready or the earliest deadline passes.
    fn wait(&mut self) -> io::Result<()> {
        let timeout = self.earliest.map(|earliest| {
            let left = earliest.saturating_duration_since(Instant::now()).min(Duration::from_secs(3600));
            Timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: left.subsec_nanos().into() }
        });
        self.model.events.clear();
        let events = rustix::buffer::spare_capacity(&mut self.model.events);
        match epoll::wait(&self.model.epoll, events, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Advance: each ready call, as far as it comes. An event for a call that is over finds no slot: the version in
    /// its key is an earlier one, even when the slot, or the descriptor, has a new tenant.
    fn advance_ready(&mut self) -> io::Result<()> {
        #[cfg(feature = "chaos")]
        chaos::disturb(&mut self.model.events);
        for at in 0..self.model.events.len() {
            let token = self.model.events[at].data;
            if token == CANCEL {
                self.cancel_all();
            } else {
                self.advance(KeyData::from_ffi(token.u64()).into())?;
            }
        }
        Ok(())
    }

    fn advance(&mut self, key: DefaultKey) -> io::Result<()> {
        let Some(flight) = self.flights.get_mut(key) else { return Ok(()) };
        match flight.advance(&mut self.model.scratch) {
            Progress::Blocked(event) => {
                let token = EventData::new_u64(key.data().as_ffi());
                if flight.watched.is_empty() {
                    #[cfg(feature = "chaos")]
                    chaos::watch(token);
                    epoll::add(&self.model.epoll, flight.socket(), token, event)?;
                } else if flight.watched != event {
                    epoll::modify(&self.model.epoll, flight.socket(), token, event)?;
                }
                flight.watched = event;
            }
            Progress::Over(outcome) => {
                let index = flight.index();
                self.flights.remove(key); // closes the socket, which epoll then forgets
                self.ended(index, outcome);
            }
        }
        Ok(())
    }

    /// Expire: calls whose deadline has passed.
    fn expire(&mut self) {
        let now = Instant::now();
        if self.earliest.is_none_or(|earliest| now < earliest) {
            return;
        }
        let late = |(key, flight): (_, &Flight<'_>)| (flight.deadline <= now).then_some(key);
        for key in self.flights.iter().filter_map(late).collect::<Vec<_>>() {
            if let Some(mut flight) = self.flights.remove(key) {
                let outcome = flight.failed(Failure::TimedOut);
                self.ended(flight.index(), outcome);
            }
        }
        self.earliest = self.flights.values().map(|flight| flight.deadline).min();
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
        for (_, mut flight) in self.flights.drain() {
            _ = flight.failed(Failure::Cancelled);
        }
    }
}
