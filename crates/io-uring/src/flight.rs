//! One call in flight: an exchange, and the number of a socket that only the ring knows.

use std::io;
use std::time::Instant;

use downstream_call::{Call, Exchange, Failure, Outcome, Run};
use rustix::io::Errno;

use crate::ring::{Done, Ring, Ticket};

/// A call between two of its completions. It needs no state of its own: its next completion reports what the kernel was
/// asked to do.
pub(crate) struct Flight<'run> {
    exchange: Exchange<'run>,
    ticket: Ticket,
}

impl<'run> Flight<'run> {
    /// Asks for a socket, a connection and the sending of the request, one after the other.
    ///
    /// # Errors
    /// The outer one is the ring's, the inner one the call's.
    pub(crate) fn start(
        run: &'run Run,
        index: usize,
        call: &'run Call,
        ring: &mut Ring,
    ) -> io::Result<Result<Self, Failure>> {
        let exchange = match Exchange::new(run, index, call) {
            Ok(exchange) => exchange,
            Err(failure) => return Ok(Err(failure)),
        };
        let deadline = call.deadline(Instant::now());
        let ticket = ring.open(index, deadline, call.address, |scratch| exchange.unsent(scratch).len())?;
        Ok(Ok(Self { exchange, ticket }))
    }

    /// Asks for what comes next, or gives the outcome.
    pub(crate) fn advance(&mut self, done: io::Result<Done>, ring: &mut Ring) -> io::Result<Option<Outcome>> {
        let outcome = match done {
            Ok(Done::Sent(count)) => {
                if self.exchange.sent(count) {
                    ring.receive(&self.ticket)?;
                } else {
                    ring.send(&self.ticket, |scratch| self.exchange.unsent(scratch).len())?;
                }
                None
            }
            Ok(Done::Blocked) => {
                ring.send(&self.ticket, |scratch| self.exchange.unsent(scratch).len())?;
                None
            }
            Ok(Done::Received(bytes)) => {
                let outcome = match ring.bytes(&bytes) {
                    [] => Some(self.exchange.closed()),
                    bytes => self.exchange.received(bytes),
                };
                ring.give_back(bytes);
                if outcome.is_none() {
                    ring.receive(&self.ticket)?;
                }
                outcome
            }
            Ok(Done::NoBuffer) => {
                ring.receive(&self.ticket)?;
                None
            }
            Err(error) => Some(Err(failure(error))),
        };
        if outcome.is_some() {
            ring.close(&self.ticket)?;
        }
        Ok(outcome)
    }
}

/// Only a linked timeout cancels one call alone.
fn failure(error: io::Error) -> Failure {
    match Errno::from_io_error(&error) {
        Some(Errno::CANCELED) => Failure::TimedOut,
        _ => error.into(),
    }
}
