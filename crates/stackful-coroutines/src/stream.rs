//! A connection that seems to block: it suspends its coroutine instead.

use std::cell::RefCell;
use std::io::{self, ErrorKind};
use std::time::Instant;

use corosensei::Yielder;
use downstream_call::{Call, Exchange, Failure, Outcome};
use readiness::{Interest, Key, Poller, Socket};

/// What all coroutines of a loop share. Each borrows it between two switches, never across one.
pub(crate) struct Shared {
    pub(crate) poller: RefCell<Poller>,
    pub(crate) scratch: RefCell<Box<[u8]>>,
}

/// How a coroutine waits: it suspends with its deadline. The loop resumes it when its socket is ready, or with the
/// failure that ends its call.
pub(crate) struct Context<'call> {
    pub(crate) yielder: &'call Yielder<Result<(), Failure>, Instant>,
    pub(crate) key: Key,
    pub(crate) shared: &'call Shared,
}

/// A connection whose functions suspend the coroutine they are called in where they would block.
pub(crate) struct Stream<'call> {
    context: &'call Context<'call>,
    socket: Socket,
    deadline: Instant,
}

impl<'call> Stream<'call> {
    /// Begins to connect. The first [`send`](Self::send) waits for the result.
    pub(crate) fn connect(context: &'call Context<'_>, call: &Call) -> io::Result<Self> {
        let deadline = call.deadline(Instant::now());
        Ok(Self { context, socket: Socket::connect(call.address)?, deadline })
    }

    /// Sends some bytes of the request.
    pub(crate) fn send(&mut self, exchange: &mut Exchange<'_>) -> Result<(), Failure> {
        self.attempt(Interest::Writable, |socket, scratch| {
            let sent = socket.send(exchange.unsent(scratch))?;
            exchange.sent(sent);
            Ok(())
        })
    }

    /// Receives some bytes of the answer, or its end; returns the outcome if they complete it.
    pub(crate) fn receive(&mut self, exchange: &mut Exchange<'_>) -> Result<Option<Outcome>, Failure> {
        let yielder = self.context.yielder;
        self.attempt(Interest::Readable, |socket, scratch| match socket.receive(scratch)? {
            0 => Ok(Some(exchange.closed())),
            // Parsing a head takes 4 KiB of stack. It uses the loop's stack, so this stack needs only its first page.
            length => Ok(yielder.on_parent_stack(|| exchange.received(&scratch[..length]))),
        })
    }

    /// Tries first, and suspends only when that would block.
    fn attempt<T>(
        &mut self,
        interest: Interest,
        mut action: impl FnMut(&mut Socket, &mut [u8]) -> io::Result<T>,
    ) -> Result<T, Failure> {
        loop {
            let done = action(&mut self.socket, &mut self.context.shared.scratch.borrow_mut());
            match done {
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.wait(interest)?,
                done => return Ok(done?),
            }
        }
    }

    /// The one place where a call suspends.
    fn wait(&mut self, interest: Interest) -> Result<(), Failure> {
        self.context.shared.poller.borrow().watch(&mut self.socket, self.context.key, interest)?;
        self.context.yielder.suspend(self.deadline)
    }
}
