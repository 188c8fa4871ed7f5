//! Completion instead of readiness: the program asks the kernel to do something, and the kernel reports when it is
//! done.
//!
//! *How it waits*: in `io_uring_enter`, which hands over everything requested since the last time and sleeps until
//! enough of it is done. One system call serves dozens of calls, where readiness needs six or seven for each.
//!
//! *What to notice*: the kernel does not report that a socket *could* be read, but that it *has* read from it. The
//! bytes are in a buffer that the kernel took from a shared pool when they arrived, so a waiting call owns no buffer.
//! Opening a socket, connecting and sending are handed over as one chain of links, and each link that can take long has
//! a timeout linked to it: what is left of the call's time. The kernel keeps the deadlines, and this loop has none.
//! Sockets are *direct descriptors*: numbers in a table of the ring, which do not count against the process's
//! descriptor limit (`several.rs`). The price is ownership: until a completion comes back the memory belongs to the
//! kernel, however the run ends (`ring/lent.rs` has all the `unsafe`).
//!
//! *What is deliberately missing*: sharing between threads. If only one thread uses a ring, the kernel can put off its
//! work until that thread waits. So a model stays on the thread that made it.
#![cfg(target_os = "linux")]

mod flight;
mod ring;
mod several;
#[cfg(test)]
mod tests;

use std::io;
use std::num::NonZeroUsize;

use downstream_call::{Call, Diamond, FanOut, Model, Outcome, Run};

use flight::Flight;
use ring::{Done, Event, Ring, table_limit, unavailable};

/// Makes calls on the thread that made it, with one io_uring.
pub struct CompletionRing {
    ring: Ring,
}

/// The most calls that are handed over with one system call.
const BATCH: usize = 128;

impl CompletionRing {
    /// Sets the ring up.
    ///
    /// # Errors
    /// The kernel, or a container's seccomp filter, doesn't offer io_uring or an operation this model needs: the error
    /// names what is missing. Linux 6.1 has everything.
    pub fn new() -> io::Result<Self> {
        Ok(Self { ring: Ring::new().map_err(|error| unavailable(&error))? })
    }

    /// Makes every call on this ring. However the run ends, the kernel holds no memory of it afterwards.
    fn run(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        // A run that ended by a panic left something to settle. A ring that the kernel did not settle is replaced.
        if !self.ring.settle() {
            *self = Self::new()?;
        }
        let room = self.ring.make_room(run.in_flight.get().min(calls.len()))?;
        let in_flight = NonZeroUsize::new(room).unwrap_or(NonZeroUsize::MIN);
        let run = Run { in_flight, ..run.clone() };
        let outcomes = Loop::new(&mut self.ring, &run, calls).run();
        self.ring.settle();
        outcomes
    }
}

impl Model for CompletionRing {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        let at_once = run.in_flight.get().min(calls.len());
        match at_once.div_ceil(table_limit()) {
            0 | 1 => self.run(run, calls),
            rings => Ok(several::run(run, calls, rings)),
        }
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
    ring: &'run mut Ring,
    run: &'run Run,
    fan_out: FanOut<'run>,
    /// By the index of the call; `None` once it is over.
    flights: Vec<Option<Flight<'run>>>,
}

impl<'run> Loop<'run> {
    fn new(ring: &'run mut Ring, run: &'run Run, calls: &'run [Call]) -> Self {
        let flights = Vec::with_capacity(calls.len());
        Self { ring, run, fan_out: FanOut::new(run, calls), flights }
    }

    fn run(mut self) -> io::Result<Vec<Outcome>> {
        if let Some(socket) = self.run.cancel.socket() {
            self.ring.watch(socket)?;
        }
        loop {
            let more = self.admit()?;
            if self.fan_out.is_over() {
                return Ok(self.fan_out.into_outcomes());
            }
            self.ring.wait(more)?;
            self.advance_done()?;
        }
    }

    /// Admit: start calls while there is room, or drop those in flight if the run is cancelled. Calls start in batches:
    /// the completions of one batch are taken before the next one starts. Returns whether there may be more to start.
    fn admit(&mut self) -> io::Result<bool> {
        if self.fan_out.is_cancelled() {
            self.flights.clear();
            self.fan_out.cancel();
            self.ring.settle();
        }
        for _ in 0..BATCH {
            let Some((index, call)) = self.fan_out.admit() else { return Ok(false) };
            match Flight::start(self.run, index, call, self.ring)? {
                Ok(flight) => self.flights.push(Some(flight)),
                Err(failure) => {
                    self.flights.push(None);
                    self.fan_out.ended(index, Err(failure));
                }
            }
        }
        Ok(true)
    }

    /// Advance: each call for which the kernel has done something.
    fn advance_done(&mut self) -> io::Result<()> {
        while let Some(event) = self.ring.event() {
            match event {
                Event::Call { index, done } => self.advance(index, done)?,
                // The next round finds the run cancelled.
                Event::Cancelled => {}
                Event::Cut => return Err(self.ring.give_up()),
            }
        }
        Ok(())
    }

    fn advance(&mut self, index: usize, done: io::Result<Done>) -> io::Result<()> {
        let Some(Some(flight)) = self.flights.get_mut(index) else { return Ok(()) };
        if let Some(outcome) = flight.advance(done, self.ring)? {
            self.flights[index] = None;
            self.fan_out.ended(index, outcome);
        }
        Ok(())
    }
}
