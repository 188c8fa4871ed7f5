//! What completions mean to a call.

use std::io;

use rustix::io::Errno;

use super::Ring;
use super::lent::{Bytes, Completion};
use super::token::Operation;

/// What has come back.
pub(crate) enum Event {
    Call {
        index: usize,
        done: io::Result<Done>,
    },
    /// The socket that is [watched](Ring::watch) is readable.
    Cancelled,
    /// The kernel took only the first links of a chain, so the others belong to nothing. It does that when its memory runs
    /// out, and some completions will never come.
    Cut,
}

/// What the kernel did for a call.
pub(crate) enum Done {
    /// It sent this number of bytes.
    Sent(usize),
    /// There was no room for any.
    Blocked,
    /// It received these; none at the end. They must be [given back](Ring::give_back).
    Received(Bytes),
    /// There was something to receive when the pool was empty.
    NoBuffer,
}

impl Ring {
    /// The next event that has come.
    pub(crate) fn event(&mut self) -> Option<Event> {
        loop {
            let completion = self.lent.next()?;
            let index = completion.token.index as usize;
            match completion.token.operation {
                Operation::Open => {
                    return Some(Event::Call { index, done: completion.result.map(Done::Sent) });
                }
                Operation::Send => {
                    return Some(Event::Call { index, done: sent(completion.result) });
                }
                Operation::Receive => {
                    return Some(Event::Call { index, done: self.received(completion) });
                }
                Operation::Watch => return Some(Event::Cancelled),
                // A timeout that is linked to nothing is no valid entry.
                Operation::Timeout
                    if completion.result.is_err_and(|error| is_errno(&error, Errno::INVAL)) =>
                {
                    return Some(Event::Cut);
                }
                // A socket that was never opened can't be closed, and a timeout has nothing to add.
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
                if is_errno(&error, Errno::NOBUFS) { Ok(Done::NoBuffer) } else { Err(error) }
            }
        }
    }
}

fn sent(result: io::Result<usize>) -> io::Result<Done> {
    match result {
        Err(error) if is_errno(&error, Errno::AGAIN) => Ok(Done::Blocked),
        result => result.map(Done::Sent),
    }
}

fn is_errno(error: &io::Error, errno: Errno) -> bool {
    Errno::from_io_error(error) == Some(errno)
}
