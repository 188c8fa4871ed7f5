//! A connection that looks as if it blocked.

use std::cell::RefCell;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Instant;

use corosensei::Yielder;
use downstream_call::{Exchange, Failure};
use readiness::{Interest, Key, Poller, Socket};

/// What all coroutines of a loop share. Each borrows it between two switches, never across one.
pub(crate) struct Shared {
    pub(crate) poller: RefCell<Poller>,
    pub(crate) scratch: RefCell<Box<[u8]>>,
}

/// A coroutine's way out: it suspends with its deadline, and is resumed when its socket is ready, or with the failure
/// that ends it.
pub(crate) struct Here<'call> {
    pub(crate) yielder: &'call Yielder<Result<(), Failure>, Instant>,
    pub(crate) key: Key,
    pub(crate) shared: &'call Shared,
}

/// A connection whose functions suspend the coroutine they are called in, where they would block.
pub(crate) struct Stream<'call> {
    here: &'call Here<'call>,
    socket: Socket,
    deadline: Instant,
}

impl<'call> Stream<'call> {
    /// Begins to connect. Doesn't wait for that: the first [`send`](Self::send) does.
    pub(crate) fn connect(here: &'call Here<'_>, address: SocketAddr, deadline: Instant) -> io::Result<Self> {
        Ok(Self { here, socket: Socket::connect(address)?, deadline })
    }

    /// Sends what there is to send and fits; how much that was.
    pub(crate) fn send(&mut self, exchange: &Exchange<'_>) -> Result<usize, Failure> {
        let here = self.here;
        self.attempt(Interest::Writable, |socket| {
            socket.send(exchange.unsent(&mut here.shared.scratch.borrow_mut()))
        })
    }

    /// Receives into the scratch buffer, where the bytes stay until the next switch; how many they are.
    pub(crate) fn receive(&mut self) -> Result<usize, Failure> {
        let here = self.here;
        self.attempt(Interest::Readable, |socket| socket.receive(&mut here.shared.scratch.borrow_mut()))
    }

    /// Tries first, and suspends only when that would block.
    fn attempt(
        &mut self,
        interest: Interest,
        mut action: impl FnMut(&mut Socket) -> io::Result<usize>,
    ) -> Result<usize, Failure> {
        loop {
            match action(&mut self.socket) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.wait(interest)?,
                result => return Ok(result?),
            }
        }
    }

    /// The one place where a call suspends.
    fn wait(&mut self, interest: Interest) -> Result<(), Failure> {
        self.here.shared.poller.borrow().watch(&mut self.socket, self.here.key, interest)?;
        self.here.yielder.suspend(self.deadline)
    }
}
