//! A connection that yields its socket to the loop wherever it would block.

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

/// A connection whose functions yield to the loop where they would block.
pub(crate) struct Stream<'call> {
    context: &'call Context,
    /// `None` while [`attempt`](Self::attempt) or the loop has it.
    socket: Option<Socket>,
    deadline: Instant,
}

impl<'call> Stream<'call> {
    /// Begins to connect. The first [`send`](Self::send) waits for the result.
    pub(crate) fn connect(context: &'call Context, call: &Call) -> io::Result<Self> {
        let deadline = call.deadline(Instant::now());
        Ok(Self { context, socket: Some(Socket::connect(call.address)?), deadline })
    }

    /// Sends some bytes of the request.
    pub(crate) async fn send(&mut self, exchange: &mut Exchange<'_>) -> Result<(), Failure> {
        self.attempt(Interest::Writable, |socket, scratch| {
            let sent = socket.send(exchange.unsent(scratch))?;
            exchange.sent(sent);
            Ok(())
        })
        .await
    }

    /// Receives some bytes of the answer, or its end; returns the outcome if they complete it.
    pub(crate) async fn receive(&mut self, exchange: &mut Exchange<'_>) -> Result<Option<Outcome>, Failure> {
        self.attempt(Interest::Readable, |socket, scratch| match socket.receive(scratch)? {
            0 => Ok(Some(exchange.closed())),
            length => Ok(exchange.received(&scratch[..length])),
        })
        .await
    }

    /// Tries first, and yields only when that would block.
    async fn attempt<T>(
        &mut self,
        interest: Interest,
        mut action: impl FnMut(&mut Socket, &mut [u8]) -> io::Result<T>,
    ) -> Result<T, Failure> {
        let mut socket = self.socket.take().ok_or(Failure::Lost)?;
        loop {
            let attempted = action(&mut socket, &mut self.context.scratch.borrow_mut());
            match attempted {
                Ok(done) => {
                    self.socket = Some(socket);
                    return Ok(done);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let wait = Wait { socket, interest, deadline: self.deadline };
                    socket = self.context.waits.give(wait).await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}
