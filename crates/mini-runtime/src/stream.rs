//! A connection to await.

use std::cell::RefCell;
use std::io;

use downstream_call::{Call, Exchange, Outcome};
use readiness::Interest;

use crate::Socket;

/// The buffer that all calls receive into. Each borrows it between two waits, and never across one.
pub(crate) type Scratch = RefCell<Box<[u8]>>;

/// A connection whose functions return to the loop where they would block. It knows no deadline: a call that is late is
/// dropped.
pub(crate) struct Stream<'call> {
    scratch: &'call Scratch,
    socket: Socket,
}

impl<'call> Stream<'call> {
    /// Begins to connect. The first [`send`](Self::send) waits for the result.
    pub(crate) fn connect(scratch: &'call Scratch, call: &Call) -> io::Result<Self> {
        Ok(Self { scratch, socket: Socket::connect(call.address)? })
    }

    /// Sends some bytes of the request.
    pub(crate) async fn send(&mut self, exchange: &mut Exchange<'_>) -> io::Result<()> {
        let send = |socket: &mut readiness::Socket| {
            let sent = socket.send(exchange.unsent(&mut self.scratch.borrow_mut()))?;
            exchange.sent(sent);
            Ok(())
        };
        self.socket.attempt(Interest::Writable, send).await
    }

    /// Receives some bytes of the answer, or its end; returns the outcome if they complete it.
    pub(crate) async fn receive(&mut self, exchange: &mut Exchange<'_>) -> io::Result<Option<Outcome>> {
        let receive = |socket: &mut readiness::Socket| {
            let scratch = &mut *self.scratch.borrow_mut();
            match socket.receive(scratch)? {
                0 => Ok(Some(exchange.closed())),
                length => Ok(exchange.received(&scratch[..length])),
            }
        };
        self.socket.attempt(Interest::Readable, receive).await
    }
}
