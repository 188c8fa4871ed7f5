//! `system.rs` on an unreliable kernel: spurious events, short reads, partial sends.
//!
//! It replaces `system.rs` in tests: with the feature `chaos`, and only while `MEANWHILE_CHAOS` holds a seed. epoll
//! reports an event for as long as it holds, so a socket that only pretends to block is reported again.

#[path = "system.rs"]
mod reliable;

use std::cell::RefCell;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Instant;

use downstream_call::Cancel;
use downstream_call::chaos::{draw, part_of, pretends_to_block};
pub(crate) use reliable::connect;
use rustix::event::epoll::EventFlags;
use slotmap::DefaultKey;

pub(crate) fn send(socket: &OwnedFd, bytes: &[u8]) -> io::Result<usize> {
    pretend()?;
    reliable::send(socket, &bytes[..part_of(bytes.len())])
}

pub(crate) fn receive(socket: &OwnedFd, scratch: &mut [u8]) -> io::Result<usize> {
    pretend()?;
    let length = part_of(scratch.len());
    reliable::receive(socket, &mut scratch[..length])
}

pub(crate) struct Epoll {
    epoll: reliable::Epoll,
    /// Keys of sockets that were watched once, whether or not their calls are over.
    known: RefCell<Vec<DefaultKey>>,
    ready: Vec<DefaultKey>,
}

/// How many keys are remembered.
const MOST_KNOWN: usize = 64;

impl Epoll {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { epoll: reliable::Epoll::new()?, known: RefCell::default(), ready: Vec::new() })
    }

    pub(crate) fn watch(&self, socket: impl AsFd, key: DefaultKey, event: EventFlags) -> io::Result<()> {
        let mut known = self.known.borrow_mut();
        let at = draw(|random| random.usize(..MOST_KNOWN)).min(known.len());
        known.insert(at, key);
        known.truncate(MOST_KNOWN);
        self.epoll.watch(socket, key, event)
    }

    pub(crate) fn watch_instead(
        &self,
        socket: &OwnedFd,
        key: DefaultKey,
        event: EventFlags,
    ) -> io::Result<()> {
        self.epoll.watch_instead(socket, key, event)
    }

    pub(crate) fn watch_cancel(&self, cancel: &Cancel) -> io::Result<()> {
        self.epoll.watch_cancel(cancel)
    }

    pub(crate) fn forget_cancel(&self, cancel: &Cancel) -> io::Result<()> {
        self.epoll.forget_cancel(cancel)
    }

    /// Adds events that the kernel never reported.
    pub(crate) fn wait(&mut self, until: Option<Instant>) -> io::Result<usize> {
        let events = self.epoll.wait(until)?;
        self.ready.clear();
        self.ready.extend((0..events).map(|event| self.epoll.key(event)));
        for _ in 0..draw(|random| random.usize(..4)) {
            let at = draw(|random| random.usize(..MOST_KNOWN));
            self.ready.extend(self.known.borrow().get(at));
        }
        Ok(self.ready.len())
    }

    pub(crate) fn key(&self, event: usize) -> DefaultKey {
        self.ready[event]
    }
}

fn pretend() -> io::Result<()> {
    if pretends_to_block() { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
}
