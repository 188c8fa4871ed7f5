//! The way out of the completion queue.

use std::io;

use io_uring::cqueue;
use rustix::io::Errno;

use super::Ring;
use super::buffers::Bytes;
use super::token::{Operation, Token};

/// What has come back.
pub(crate) enum Event {
    Call {
        place: usize,
        done: io::Result<Done>,
    },
    /// The socket that is [watched](Ring::watch) is readable.
    Cancelled,
}

/// What the kernel did for a call.
pub(crate) enum Done {
    /// It sent so many bytes.
    Sent(usize),
    /// It received these; none at the end. They must be [given back](Ring::give_back).
    Received(Bytes),
    /// There was something to receive when the pool was empty.
    NoBuffer,
}

impl Ring {
    /// What came back and was not looked at yet.
    pub(crate) fn event(&mut self) -> Option<Event> {
        loop {
            let completion = self.ring.completion().next()?;
            let token = Token::unpack(completion.user_data());
            let place = token.place as usize;
            let result = match completion.result() {
                count @ 0.. => Ok(count as usize),
                error => Err(io::Error::from_raw_os_error(-error)),
            };
            match token.operation {
                Operation::Open | Operation::Send => {
                    self.owed -= 1;
                    self.sending -= 1;
                    self.lent.free_requests.push(token.request);
                    return Some(Event::Call { place, done: result.map(Done::Sent) });
                }
                Operation::Receive => {
                    self.owed -= 1;
                    let done = self.received(result, cqueue::buffer_select(completion.flags()));
                    return Some(Event::Call { place, done });
                }
                Operation::Watch => {
                    self.owed -= 1;
                    return Some(Event::Cancelled);
                }
                // A socket that was never opened can't be closed, and a timeout has nothing to add.
                Operation::Close | Operation::Timeout => {}
            }
        }
    }

    /// The bytes that were received.
    pub(crate) fn bytes(&self, bytes: &Bytes) -> &[u8] {
        self.lent.buffers.get(bytes)
    }

    /// Puts a buffer back into the pool.
    pub(crate) fn give_back(&mut self, bytes: Bytes) {
        self.lent.buffers.give_back(bytes);
    }

    fn received(&mut self, result: io::Result<usize>, buffer: Option<u16>) -> io::Result<Done> {
        let length = *result.as_ref().unwrap_or(&0);
        let bytes = self.lent.buffers.taken(buffer, length);
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
