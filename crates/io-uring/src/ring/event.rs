//! What completions mean to a call.

use std::io;

use rustix::io::Errno;

use super::Ring;
use super::lent::{Bytes, Completion};
use super::token::Operation;

/// What a completion reports.
pub(crate) enum Event {
    Call {
        index: usize,
        done: io::Result<Done>,
    },
    /// The socket that is [watched](Ring::watch) is readable.
    Cancelled,
}

/// What the kernel did for a call.
pub(crate) enum Done {
    /// It sent this number of bytes.
    Sent(usize),
    /// It received these; none at the end. They must be [given back](Ring::give_back).
    Received(Bytes),
    /// There was something to receive when the pool was empty.
    NoBuffer,
}

impl Ring {
    /// The next event, if there is one.
    pub(crate) fn event(&mut self) -> Option<Event> {
        loop {
            let completion = self.lent.next()?;
            let index = completion.token.index as usize;
            match completion.token.operation {
                Operation::Open | Operation::Send => {
                    return Some(Event::Call { index, done: completion.result.map(Done::Sent) });
                }
                Operation::Receive => {
                    return Some(Event::Call { index, done: self.received(completion) });
                }
                Operation::Watch => return Some(Event::Cancelled),
                // These need no answer: a socket that was never opened can't be closed, and the entry that a timeout
                // cancels reports that itself.
                Operation::Close | Operation::Timeout => {}
            }
        }
    }

    /// The bytes that were received.
    pub(crate) fn bytes(&self, bytes: &Bytes) -> &[u8] {
        self.lent.bytes(bytes)
    }

    /// Puts a buffer back into the pool.
    pub(crate) fn give_back(&mut self, bytes: Bytes) {
        self.lent.give_back(bytes);
    }

    fn received(&mut self, Completion { result, bytes, .. }: Completion) -> io::Result<Done> {
        match result {
            Ok(_) => Ok(Done::Received(bytes)),
            Err(error) => {
                self.give_back(bytes);
                let empty = error.raw_os_error() == Some(Errno::NOBUFS.raw_os_error());
                if empty { Ok(Done::NoBuffer) } else { Err(error) }
            }
        }
    }
}
