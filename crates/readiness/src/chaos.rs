//! A poller and a socket that are as unreliable as a system may be: spurious events, short reads, partial sends.
//!
//! *How it works*: [`Poller`] and [`Socket`] wrap the real ones and have the same interface; `lib.rs` chooses between
//! the two pairs by the feature `chaos`. They disturb only if the environment variable `MEANWHILE_CHAOS` holds a seed,
//! and only in ways that edge-triggered events allow: a socket that pretends to block causes an event later, because
//! the real one may have been reported already.
//!
//! *What to notice*: everything here is for tests. All other functions reach the real types through `Deref`.

use std::io;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use downstream_call::chaos::{draw, part_of, pretends_to_block};

use crate::socket::Interest;
use crate::{Key, poller, socket};

/// The number of keys that are remembered, those of closed sockets among them.
const KNOWN: usize = 64;

/// A `poller::Poller` that also reports sockets that are not ready, or no longer there.
#[derive(Debug)]
pub struct Poller {
    inner: poller::Poller,
    keys: Keys,
}

/// A `socket::Socket` that sends and receives less than it could, or nothing.
#[derive(Debug)]
pub struct Socket {
    inner: socket::Socket,
    watched: Option<(Keys, Key)>,
    /// It pretended to block before a poller watched it.
    owes: bool,
}

/// The keys of one poller; its sockets share them.
#[derive(Clone, Debug, Default)]
struct Keys(Arc<Mutex<Lists>>);

#[derive(Debug, Default)]
struct Lists {
    /// Keys that were watched at some time.
    known: Vec<Key>,
    /// Keys of sockets that only pretended to block: an event for each must come.
    owed: Vec<Key>,
}

impl Poller {
    /// As `poller::Poller::new`.
    ///
    /// # Errors
    /// As there.
    pub fn new() -> io::Result<Self> {
        Ok(Self { inner: poller::Poller::new()?, keys: Keys::default() })
    }

    /// As `poller::Poller::watch`.
    ///
    /// # Errors
    /// As there.
    pub fn watch(&self, socket: &mut Socket, key: Key, interest: Interest) -> io::Result<()> {
        self.keys.watched(socket, key);
        self.inner.watch(&mut socket.inner, key, interest)
    }

    /// As `poller::Poller::wait`, but does not block while an event is owed, and adds keys that are not ready.
    ///
    /// # Errors
    /// As there.
    pub fn wait(&mut self, until: Option<Instant>, ready: &mut Vec<Key>) -> io::Result<()> {
        let until = if self.keys.lists().owed.is_empty() { until } else { Some(Instant::now()) };
        self.inner.wait(until, ready)?;
        self.keys.disturb(ready);
        Ok(())
    }
}

impl Socket {
    /// As `socket::Socket::connect`.
    ///
    /// # Errors
    /// As there.
    pub fn connect(address: SocketAddr) -> io::Result<Self> {
        Ok(Self { inner: socket::Socket::connect(address)?, watched: None, owes: false })
    }

    /// As `socket::Socket::send`, but may pretend to block, or send less.
    ///
    /// # Errors
    /// As there.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pretend()?;
        self.inner.send(&bytes[..part_of(bytes.len())])
    }

    /// As `socket::Socket::receive`, but may pretend to block, or receive less.
    ///
    /// # Errors
    /// As there.
    pub fn receive(&mut self, scratch: &mut [u8]) -> io::Result<usize> {
        self.pretend()?;
        let length = part_of(scratch.len());
        self.inner.receive(&mut scratch[..length])
    }

    fn pretend(&mut self) -> io::Result<()> {
        if !pretends_to_block() {
            return Ok(());
        }
        match &self.watched {
            Some((keys, key)) => keys.lists().owed.push(*key),
            None => self.owes = true,
        }
        Err(io::ErrorKind::WouldBlock.into())
    }
}

impl Keys {
    fn watched(&self, socket: &mut Socket, key: Key) {
        let mut lists = self.lists();
        if std::mem::take(&mut socket.owes) {
            lists.owed.push(key);
        }
        if socket.watched.replace((self.clone(), key)).is_none() {
            let at = draw(|random| random.usize(..KNOWN)).min(lists.known.len());
            lists.known.insert(at, key);
            lists.known.truncate(KNOWN);
        }
    }

    /// Adds the keys that are owed an event, and a few others by chance.
    fn disturb(&self, ready: &mut Vec<Key>) {
        let mut lists = self.lists();
        ready.append(&mut lists.owed);
        for _ in 0..draw(|random| random.usize(..4)) {
            let at = draw(|random| random.usize(..KNOWN));
            ready.extend(lists.known.get(at));
        }
    }

    fn lists(&self) -> MutexGuard<'_, Lists> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Poller {
    type Target = poller::Poller;

    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}

impl Deref for Socket {
    type Target = socket::Socket;

    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}
