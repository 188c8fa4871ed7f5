//! The ring, and all memory that is lent to the kernel: the one page with `unsafe`, behind an interface without.
//!
//! *What is lent, and until when*: an address and a moment on the clock, until the kernel has taken the entry that
//! points to them (it copies them then: `IORING_FEAT_SUBMIT_STABLE`); a request, until its completion; the pool that
//! answers are received into, for ever. Everything lent is owned here and stays where it is, and [`Ring::settle`]
//! takes it back: it cancels what the kernel still has to do, and waits until that is over.
//!
//! *What each choice costs*, of 37 µs of CPU for a call without latency (Linux 6.18, one core):
//!
//! | choice | cost |
//! |---|---|
//! | linked timeouts on connect, send and receive | 4 µs, 3 of them for receive; a loop that scans pays nothing |
//! | socket, connect, send in one chain | each link is a turn inside the kernel, but one entry into it serves dozens |
//! | silence on success (`SKIP_SUCCESS`) | saves 6 of 8 completions, and their bookkeeping here |
//! | receive tries first | one attempt too many for a slow answer, no timer and no wake-up for one already there |
//! | a pool of 128 buffers of 2 KiB | 256 KiB for any number of calls; one that finds it empty asks again |
//! | direct descriptors | 8 bytes of a table; no lowest free number to look for, no place in the descriptor limit |
//! | deferred task work | completions are made when this thread waits for them, never by interrupting it |

mod buffers;
mod event;
mod queue;
mod setup;
mod token;

use std::io;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;

use io_uring::squeue::Flags;
use io_uring::types::{CancelBuilder, DestinationSlot, Fd, Fixed, Timespec};
use io_uring::{IoUring, opcode};
use rustix::event::PollFlags;
use rustix::io::Errno;
use socket2::{Domain, SockAddr, Type};

use buffers::Buffers;
pub(crate) use event::{Done, Event};
use queue::COLLECT;
use setup::Table;
pub(crate) use setup::{table_limit, unavailable};
use token::{Operation, Token};

/// A submission and a completion queue, and what is lent to the kernel through them.
pub(crate) struct Ring {
    ring: IoUring,
    lent: ManuallyDrop<Lent>,
    table: Table,
    /// Completions to come, and those of them that end a sending.
    owed: usize,
    sending: usize,
    /// What a request is written to before it is known how long it is.
    scratch: Box<[u8]>,
    /// The kernel knows the thread that made the ring, and takes nothing from another.
    one_thread: PhantomData<*const ()>,
}

/// Memory that the kernel may be using.
struct Lent {
    buffers: Buffers,
    /// Each in one place on the heap, however this list grows.
    requests: Vec<Vec<u8>>,
    free_requests: Vec<u32>,
    /// Cleared when the kernel has taken all entries; never longer than the submission queue, so never moved.
    addresses: Vec<SockAddr>,
    deadlines: Vec<Timespec>,
}

/// What makes a call known to the ring: where its completions go, which socket it has, and when it must be over.
#[derive(Debug)]
pub(crate) struct Ticket {
    place: u32,
    /// A number in the ring's table of direct descriptors.
    descriptor: u32,
    deadline_ns: u64,
}

/// Longer waits end for nothing once an hour.
const HOUR: Duration = Duration::from_secs(3600);

impl Ring {
    /// Opens a socket, connects it and sends what `write` puts into the scratch buffer: three links of a chain of which
    /// only the last one says that it is done, unless another one fails.
    pub(crate) fn open(
        &mut self,
        place: usize,
        deadline: Duration,
        address: SocketAddr,
        write: impl FnOnce(&mut [u8]) -> usize,
    ) -> io::Result<Ticket> {
        self.make_space()?;
        let place = u32::try_from(place).expect("a run has fewer than 2^32 calls");
        let descriptor = self.table.take();
        let deadline_ns = u64::try_from(deadline.as_nanos()).unwrap_or(u64::MAX);
        let ticket = Ticket { place, descriptor, deadline_ns };
        let request = self.lend_request(write);
        let token = Token { operation: Operation::Open, place, request }.pack();
        let (domain, kind) = (i32::from(Domain::for_address(address)), i32::from(Type::STREAM));
        let slot = DestinationSlot::try_from_slot_target(descriptor).map_err(|_| Errno::MFILE)?;
        let socket = opcode::Socket::new(domain, kind, 0).file_index(Some(slot)).build();
        let connect = self.connect(descriptor, address);
        let quietly = Flags::IO_LINK | Flags::SKIP_SUCCESS;
        let timeout = self.timeout(ticket.deadline_ns).flags(quietly);
        self.push(&socket.flags(quietly).user_data(token));
        self.push(&connect.flags(quietly).user_data(token));
        self.push(&timeout);
        self.push_send(&ticket, request);
        Ok(ticket)
    }

    /// Sends what `write` puts into the scratch buffer.
    pub(crate) fn send(&mut self, ticket: &Ticket, write: impl FnOnce(&mut [u8]) -> usize) -> io::Result<()> {
        self.make_space()?;
        let request = self.lend_request(write);
        self.push_send(ticket, request);
        Ok(())
    }

    /// Receives into a buffer that the kernel takes from the pool once there is something to receive.
    pub(crate) fn receive(&mut self, ticket: &Ticket) -> io::Result<()> {
        self.make_space()?;
        let token = Token { operation: Operation::Receive, place: ticket.place, request: 0 }.pack();
        let receive =
            opcode::Recv::new(Fixed(ticket.descriptor), std::ptr::null_mut(), buffers::BYTES as u32)
                .buf_group(buffers::GROUP)
                .build();
        self.push(&receive.flags(Flags::IO_LINK | Flags::BUFFER_SELECT).user_data(token));
        let timeout = self.timeout(ticket.deadline_ns);
        self.push(&timeout);
        self.owed += 1;
        Ok(())
    }

    /// Closes the call's socket, if it was opened.
    pub(crate) fn close(&mut self, ticket: &Ticket) -> io::Result<()> {
        self.make_space()?;
        let token = Token { operation: Operation::Close, place: 0, request: 0 }.pack();
        let close = opcode::Close::new(Fixed(ticket.descriptor)).build();
        self.push(&close.flags(Flags::SKIP_SUCCESS).user_data(token));
        self.table.put_back(ticket.descriptor);
        Ok(())
    }

    /// Reports [`Event::Cancelled`] once `socket` is readable.
    pub(crate) fn watch(&mut self, socket: impl AsFd) -> io::Result<()> {
        self.make_space()?;
        let token = Token { operation: Operation::Watch, place: 0, request: 0 }.pack();
        let readable = u32::from(PollFlags::IN.bits());
        self.push(&opcode::PollAdd::new(Fd(socket.as_fd().as_raw_fd()), readable).build().user_data(token));
        self.owed += 1;
        Ok(())
    }

    /// Hands over what was asked for, and waits until enough of it is done, or for a moment if there is more to ask.
    ///
    /// Requests are sent at once, as a rule, so all of them are waited for; of the answers, some: where many calls
    /// wait, an answer may lie for half a millisecond until others share its system call.
    pub(crate) fn wait(&mut self, more: bool) -> io::Result<()> {
        let receiving = self.owed - self.sending;
        let answers = (receiving / 4).min(64).max(usize::from(receiving > 0));
        self.enter(self.sending + answers, if more { COLLECT } else { HOUR })
    }

    /// Cancels what the kernel still has to do, waits until that is over, and closes every socket.
    pub(crate) fn settle(&mut self) {
        while self.owed > 0 || !self.ring.submission().is_empty() {
            if self.owed > 0 {
                // It finds nothing where everything is about to be over anyway.
                _ = self.ring.submitter().register_sync_cancel(None, CancelBuilder::any().all());
            }
            if self.enter(self.owed.min(1), Duration::from_millis(1)).is_err() {
                return; // the kernel keeps what it has: see `drop`
            }
            while let Some(event) = self.event() {
                if let Event::Call { done: Ok(Done::Received(bytes)), .. } = event {
                    self.give_back(bytes);
                }
            }
        }
        self.table.close_all(&self.ring.submitter());
    }
}

/// Memory that the kernel couldn't be made to give back is never freed.
impl Drop for Ring {
    fn drop(&mut self) {
        self.settle();
        if self.owed == 0 {
            // SAFETY: the kernel has nothing left to do with it, and nobody uses it after this.
            unsafe { ManuallyDrop::drop(&mut self.lent) };
        }
    }
}
