//! Completion instead of readiness: the kernel is asked to do it, and says when it is done.
//!
//! *How it waits*: in `io_uring_enter`, which hands over everything asked for since the last time and sleeps until
//! enough of it is done. One system call serves dozens of calls, where readiness needs six or seven for each.
//!
//! *What to notice*: nobody is told that a socket *could* be read. The bytes are there, in a buffer that the kernel
//! took from a shared pool at the last moment, so a waiting call owns none. Opening a socket, connecting and sending
//! are handed over as one chain of links, and each link that can take long has a timeout linked to it, all with the
//! same moment on the clock: the kernel keeps the deadlines, and this loop has none. Sockets are *direct descriptors*:
//! numbers in a table of the ring, which the process's own table never sees, nor its limit (`several.rs`). The price is ownership: until a completion
//! comes back, memory belongs to the kernel, however a run ends (`ring/lent.rs` has all the `unsafe`).
//!
//! *What is deliberately missing*: sharing between threads. A ring that one thread alone uses can leave its work to the
//! moment when that thread waits, so a model stays on the thread that made it.
#![cfg(target_os = "linux")]

mod flight;
mod ring;
mod several;
#[cfg(test)]
mod tests;

use std::io;

use downstream_call::{Call, Diamond, Failure, Model, Outcome, Run};

use flight::Flight;
use ring::{Done, Event, Ring, table_limit, unavailable};

/// Makes calls on the thread that made it, with one io_uring.
pub struct CompletionRing {
    ring: Ring,
}

/// So many calls are handed over in one go, at most.
const BATCH: usize = 128;

impl CompletionRing {
    /// Sets the ring up.
    ///
    /// # Errors
    /// The kernel, or a container's seccomp filter, doesn't offer io_uring or an operation this model needs: the error
    /// says what is missing. Linux 6.1 has everything.
    pub fn new() -> io::Result<Self> {
        Ok(Self { ring: Ring::new().map_err(|error| unavailable(&error))? })
    }

    fn make(&mut self, run: &Run, calls: &[Call], order: Order) -> io::Result<Vec<Outcome>> {
        let in_flight = self.ring.make_room(run.in_flight.get().min(calls.len()))?;
        Turns::new(&mut self.ring, run, calls, order, in_flight).make_all()
    }
}

impl Model for CompletionRing {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        let at_once = run.in_flight.get().min(calls.len());
        match at_once.div_ceil(table_limit()) {
            0 | 1 => self.make(run, calls, Order { first: 0, all_or_none: false }),
            rings => several::make(run, calls, rings),
        }
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

/// Where a call stands. Its outcome takes the place of its flight, so a call needs memory for one of them.
enum Place<'run> {
    NotStarted,
    Flying(Flight<'run>),
    Over(Outcome),
}

/// A run: turns of the loop until every call is over.
struct Turns<'run> {
    ring: &'run mut Ring,
    run: &'run Run,
    calls: &'run [Call],
    order: Order,
    /// How many calls may be in flight.
    in_flight: usize,
    /// The first call not started yet.
    next: usize,
    /// How many calls are in flight.
    flying: usize,
    places: Vec<Place<'run>>,
}

impl<'run> Turns<'run> {
    fn new(
        ring: &'run mut Ring,
        run: &'run Run,
        calls: &'run [Call],
        order: Order,
        in_flight: usize,
    ) -> Self {
        let places = calls.iter().map(|_| Place::NotStarted).collect();
        Self { ring, run, calls, order, in_flight, next: 0, flying: 0, places }
    }

    fn make_all(mut self) -> io::Result<Vec<Outcome>> {
        if let Some(socket) = self.run.cancel.socket() {
            self.ring.watch(socket)?;
        }
        while self.flying > 0 || self.next < self.calls.len() {
            self.admit()?;
            if self.flying > 0 {
                let more = self.next < self.calls.len() && self.flying < self.in_flight;
                self.ring.wait(more)?;
                self.advance_done()?;
            }
        }
        Ok(std::mem::take(&mut self.places).into_iter().map(Place::into_outcome).collect())
    }

    /// Admit: start calls while there is room, in batches: completions of one are taken before the next.
    fn admit(&mut self) -> io::Result<()> {
        if self.run.cancel.is_cancelled() {
            self.cancel_all();
        }
        let room = self.in_flight.saturating_sub(self.flying).min(BATCH);
        let end = self.calls.len().min(self.next.saturating_add(room));
        while self.next < end {
            let place = self.next;
            self.next += 1;
            let index = self.order.first + place;
            match Flight::start(self.run, index, &self.calls[place], place, self.ring)? {
                Ok(flight) => {
                    self.flying += 1;
                    self.places[place] = Place::Flying(flight);
                }
                Err(failure) => self.ended(place, Err(failure)),
            }
        }
        Ok(())
    }

    /// Advance: each call of which something is done.
    fn advance_done(&mut self) -> io::Result<()> {
        while let Some(event) = self.ring.event() {
            match event {
                Event::Call { place, done } => self.advance(place, done)?,
                Event::Cancelled => self.cancel_all(),
            }
        }
        Ok(())
    }

    fn advance(&mut self, place: usize, done: io::Result<Done>) -> io::Result<()> {
        let Place::Flying(flight) = &mut self.places[place] else { return Ok(()) };
        if let Some(outcome) = flight.advance(done, self.ring)? {
            self.flying -= 1;
            self.ended(place, outcome);
        }
        Ok(())
    }

    fn ended(&mut self, place: usize, outcome: Outcome) {
        if outcome.is_err() && self.order.all_or_none {
            self.places[place] = Place::NotStarted;
            self.cancel_all();
        }
        self.places[place] = Place::Over(self.run.work.on(outcome));
    }

    /// Ends every call in flight, now, and starts no other.
    fn cancel_all(&mut self) {
        self.next = self.calls.len();
        self.flying = 0;
        for place in &mut self.places {
            if let Place::Flying(flight) = place {
                *place = Place::Over(flight.failed(Failure::Cancelled));
            }
        }
        self.ring.settle();
    }
}

/// However a run ends, by a panic as well, nothing of it stays with the kernel.
impl Drop for Turns<'_> {
    fn drop(&mut self) {
        self.ring.settle();
    }
}

impl Place<'_> {
    fn into_outcome(self) -> Outcome {
        match self {
            Self::Over(outcome) => outcome,
            Self::NotStarted | Self::Flying(_) => Err(Failure::Cancelled),
        }
    }
}
