//! A connection that returns where it would block. The call then yields its socket.

use std::cell::RefCell;
use std::io::{self, ErrorKind};
use std::time::Instant;

use downstream_call::{Call, Exchange, Failure, Outcome};
use readiness::{Interest, Socket};

use crate::generator::Slot;

/// What a call yields: the socket that it waits for. The loop gives the socket back when it is ready, or throws a
/// failure in.
pub(crate) struct Wait {
    pub(crate) socket: Socket,
    pub(crate) interest: Interest,
    pub(crate) deadline: Instant,
}

/// What all calls of a loop share. Each borrows the buffer between two waits, and never across one.
pub(crate) struct Context {
    pub(crate) waits: Slot<Wait, Result<Socket, Failure>>,
    pub(crate) scratch: RefCell<Box<[u8]>>,
}

/// A connection, and the deadline of its call.
pub(crate) struct Stream {
    pub(crate) socket: Socket,
    pub(crate) deadline: Instant,
}

/// How far a call has come.
pub(crate) enum Progress {
    /// It would block until this.
    Blocked(Interest),
    Over(Outcome),
}

impl Stream {
    /// Begins to connect. The first send returns the result.
    pub(crate) fn connect(call: &Call) -> io::Result<Self> {
        let deadline = call.deadline(Instant::now());
        Ok(Self { socket: Socket::connect(call.address)?, deadline })
    }

    /// Sends and receives as far as the socket goes without blocking.
    pub(crate) fn advance(&mut self, context: &Context, exchange: &mut Exchange<'_>) -> io::Result<Progress> {
        let scratch = &mut *context.scratch.borrow_mut();
        while !exchange.is_sent() {
            match self.socket.send(exchange.unsent(scratch)) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok(Progress::Blocked(Interest::Writable));
                }
                sent => _ = exchange.sent(sent?),
            }
        }
        loop {
            match self.socket.receive(scratch) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok(Progress::Blocked(Interest::Readable));
                }
                Err(error) => return Err(error),
                Ok(0) => return Ok(Progress::Over(exchange.closed())),
                Ok(length) => {
                    if let Some(outcome) = exchange.received(&scratch[..length]) {
                        return Ok(Progress::Over(outcome));
                    }
                }
            }
        }
    }
}
