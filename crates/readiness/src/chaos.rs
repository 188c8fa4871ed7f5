//! Readiness as unreliable as a system may make it: events for nothing, short reads, partial sends.
//!
//! For tests alone: behind the feature `chaos`, and only while `MEANWHILE_CHAOS` holds a seed. What is legal is what
//! the edge allows: a socket that only pretends to block owes an event, since the edge that has passed does not come
//! again.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use downstream_call::chaos::{draw, part_of, pretends_to_block};

use crate::Key;

/// So many keys are remembered, those of closed sockets among them.
const KNOWN: usize = 64;

/// What the sockets of one poller have to expect.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chaos(Arc<Mutex<Lists>>);

#[derive(Debug, Default)]
struct Lists {
    /// Whoever was watched once.
    known: Vec<Key>,
    /// Whoever only pretended to block.
    owed: Vec<Key>,
}

/// What one socket has to expect.
#[derive(Debug, Default)]
pub(crate) struct SocketChaos {
    watched: Option<(Chaos, Key)>,
    /// It pretended to block before anybody watched it.
    owes: bool,
}

impl SocketChaos {
    /// So much of it is sent.
    pub(crate) fn part<'a>(&mut self, bytes: &'a [u8]) -> io::Result<&'a [u8]> {
        self.pretend()?;
        Ok(&bytes[..part_of(bytes.len())])
    }

    /// So much of it is filled.
    pub(crate) fn part_mut<'a>(&mut self, scratch: &'a mut [u8]) -> io::Result<&'a mut [u8]> {
        self.pretend()?;
        let length = part_of(scratch.len());
        Ok(&mut scratch[..length])
    }

    fn pretend(&mut self) -> io::Result<()> {
        if !pretends_to_block() {
            return Ok(());
        }
        match &self.watched {
            Some((chaos, key)) => chaos.lists().owed.push(*key),
            None => self.owes = true,
        }
        Err(io::ErrorKind::WouldBlock.into())
    }
}

impl Chaos {
    pub(crate) fn watch(&self, socket: &mut SocketChaos, key: Key) {
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

    /// Nobody waits while an event is owed.
    pub(crate) fn hurry(&self, timeout: Option<Duration>) -> Option<Duration> {
        if self.lists().owed.is_empty() { timeout } else { Some(Duration::ZERO) }
    }

    /// Adds what is owed, and some of whom nothing is known.
    pub(crate) fn disturb(&self, ready: &mut Vec<Key>) {
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
