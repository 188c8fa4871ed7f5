//! The ring: chains of entries that ask the kernel for something, and the one system call that hands them over.
//!
//! *Where the `unsafe` is*: all of it is in `ring/lent.rs`, which owns the memory that is lent to the kernel. A ring that
//! is not used any more [settles](Ring::settle): it cancels what the kernel still has to do, and waits until that is over.
//!
//! *What each choice costs*, of 37 µs of CPU for a call without latency (Linux 6.18, one core):
//!
//! | choice | cost |
//! |---|---|
//! | linked timeouts on connect and receive | 4 µs, 3 of them for receive; a loop that scans pays nothing |
//! | a first send that never waits | none: a new socket has room, and one without would be sent to again, with a timeout |
//! | socket, connect, send in one chain | the kernel handles each link on its own, but one system call serves dozens |
//! | silence on success (`SKIP_SUCCESS`) | saves 6 of 8 completions, and their bookkeeping here |
//! | receive tries first | a wasted attempt for a slow answer; no timer and no wake-up for an answer that is there |
//! | a pool of 128 buffers of 2 KiB | 256 KiB for any number of calls; a receive that finds it empty is requested again |
//! | direct descriptors | 8 bytes of a table; no search for the lowest free number, and the descriptor limit does not count them |
//! | deferred task work | completions are made while this thread waits for them, and never interrupt it |

mod event;
mod lent;
mod queue;
mod setup;
#[cfg(test)]
mod tests;
mod token;

use std::io;
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd};
use std::time::{Duration, Instant};

use io_uring::squeue::Flags;
use io_uring::types::CancelBuilder;
use rustix::net::SendFlags;

pub(crate) use event::{Done, Event};
use lent::{Lent, Request};
use queue::COLLECT;
use setup::Table;
pub(crate) use setup::{table_limit, unavailable};

/// A submission and a completion queue, the memory lent through them, and the sockets that only the ring knows.
pub(crate) struct Ring {
    lent: Lent,
    table: Table,
    /// What a request is written to before its length is known.
    scratch: Box<[u8]>,
    /// What deadlines count from.
    made: Instant,
    /// How often in a row the kernel took nothing of what it was handed.
    refusals: u32,
    /// The kernel did not finish: the ring keeps its memory and is not used again.
    given_up: bool,
    /// The kernel knows the thread that made the ring, and accepts no other.
    one_thread: PhantomData<*const ()>,
}

/// What the ring knows of a call: the number in its completions, its socket, and its deadline.
#[derive(Debug)]
pub(crate) struct Ticket {
    index: u32,
    /// A number in the ring's table of direct descriptors.
    descriptor: u32,
    /// Counted from when the ring was made.
    deadline_ns: u64,
}

/// Turns of a ring that settles, each of which takes a millisecond if nothing happens.
const MOST_TURNS: u32 = 1000;

/// The longest timeout. A longer wait ends once an hour with nothing done.
const HOUR: Duration = Duration::from_secs(3600);

impl Ring {
    /// Opens a socket, connects it and sends what `write` puts into the scratch buffer: three links of a chain of which
    /// only the last one reports that it is done, unless an earlier one fails.
    pub(crate) fn open(
        &mut self,
        index: usize,
        deadline: Instant,
        address: SocketAddr,
        write: impl FnOnce(&mut [u8]) -> usize,
    ) -> io::Result<Ticket> {
        self.make_space()?;
        let index = u32::try_from(index).expect("a run has fewer than 2^32 calls");
        let descriptor = self.table.take();
        let deadline_ns = nanoseconds(deadline.saturating_duration_since(self.made));
        let ticket = Ticket { index, descriptor, deadline_ns };
        let request = self.lend(write);
        self.lent.push_socket(&ticket, &request, address);
        self.lent.push_connect(&ticket, &request, address);
        self.lent.push_timeout(self.left_ns(&ticket), Flags::IO_LINK);
        // How much time is left for it is not known yet, so it does not wait.
        self.lent.push_send(&ticket, request, SendFlags::DONTWAIT);
        Ok(ticket)
    }

    /// Sends what `write` puts into the scratch buffer.
    pub(crate) fn send(&mut self, ticket: &Ticket, write: impl FnOnce(&mut [u8]) -> usize) -> io::Result<()> {
        self.make_space()?;
        let request = self.lend(write);
        self.lent.push_send(ticket, request, SendFlags::empty());
        self.lent.push_timeout(self.left_ns(ticket), Flags::empty());
        Ok(())
    }

    /// Receives into a buffer that the kernel takes from the pool once there is something to receive.
    pub(crate) fn receive(&mut self, ticket: &Ticket) -> io::Result<()> {
        self.make_space()?;
        self.lent.push_receive(ticket);
        self.lent.push_timeout(self.left_ns(ticket), Flags::empty());
        Ok(())
    }

    /// Closes the call's socket, if it was opened.
    pub(crate) fn close(&mut self, ticket: &Ticket) -> io::Result<()> {
        self.make_space()?;
        self.lent.push_close(ticket);
        self.table.put_back(ticket.descriptor);
        Ok(())
    }

    /// Reports [`Event::Cancelled`] once `socket` is readable.
    pub(crate) fn watch(&mut self, socket: impl AsFd) -> io::Result<()> {
        self.make_space()?;
        self.lent.push_poll(socket.as_fd().as_raw_fd());
        Ok(())
    }

    /// Hands over all entries, and waits until enough of them are done, or only for a moment if the caller has `more`.
    ///
    /// Requests are usually sent at once, so it waits for all of them. It waits for a part of the answers only: while
    /// many calls wait, an answer may wait up to half a millisecond until others share its system call.
    pub(crate) fn wait(&mut self, more: bool) -> io::Result<()> {
        let sending = self.lent.sending();
        let receiving = self.lent.owed() - sending;
        let answers = (receiving / 4).min(64).max(usize::from(receiving > 0));
        self.enter(sending + answers, if more { COLLECT } else { HOUR })
    }

    /// Cancels what the kernel still has to do, waits until that is over, and closes every socket. False if the kernel
    /// does not finish: then this ring must not be used again.
    pub(crate) fn settle(&mut self) -> bool {
        let mut turns = 0;
        while !self.given_up && (self.lent.owed() > 0 || !self.lent.is_all_taken()) {
            if self.lent.owed() > 0 {
                // It fails if everything is already being completed.
                _ = self.lent.submitter().register_sync_cancel(None, CancelBuilder::any().all());
            }
            turns += 1;
            if turns > MOST_TURNS || self.enter(self.lent.owed().min(1), Duration::from_millis(1)).is_err() {
                self.given_up = true; // the kernel keeps the memory: see `Lent::drop`
            }
            while let Some(event) = self.event() {
                if let Event::Call { done: Ok(Done::Received(bytes)), .. } = event {
                    self.give_back(bytes);
                }
            }
        }
        self.table.close_all(&self.lent.submitter());
        !self.given_up
    }

    /// A chain was cut, so what the ring is owed will not come. It is not used again.
    pub(crate) fn give_up(&mut self) -> io::Error {
        self.given_up = true;
        let why = "the kernel took only a part of a chain: its memory has run out";
        io::Error::new(io::ErrorKind::OutOfMemory, why)
    }

    /// What is left until the call's deadline. A timeout is no time on the clock, because a process in a time namespace
    /// has another clock than the kernel's timers (time_namespaces(7)).
    fn left_ns(&self, ticket: &Ticket) -> u64 {
        ticket.deadline_ns.saturating_sub(nanoseconds(self.made.elapsed()))
    }

    fn lend(&mut self, write: impl FnOnce(&mut [u8]) -> usize) -> Request {
        let length = write(&mut self.scratch);
        self.lent.lend(&self.scratch[..length])
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        self.settle();
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
