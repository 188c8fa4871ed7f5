//! The way into the submission queue, and through the one system call.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use io_uring::opcode;
use io_uring::squeue::{Entry, Flags};
use io_uring::types::{Fixed, SubmitArgs, TimeoutFlags, Timespec};
use rustix::io::Errno;

use super::token::{Operation, Token};
use super::{Ring, Ticket};

/// Entries of the submission queue, and how many of them one request takes, at most.
pub(super) const ENTRIES: u32 = 1024;
const CHAIN: usize = 5;

/// How long answers are collected for one system call, while many calls wait.
pub(super) const COLLECT: Duration = Duration::from_micros(500);

impl Ring {
    /// Keeps a request where the kernel can read it until its completion comes.
    pub(super) fn lend_request(&mut self, write: impl FnOnce(&mut [u8]) -> usize) -> u32 {
        let length = write(&mut self.scratch);
        let lent = &mut self.lent;
        let request = lent.free_requests.pop().unwrap_or_else(|| {
            lent.requests.push(Vec::new());
            (lent.requests.len() - 1) as u32
        });
        let bytes = &mut lent.requests[request as usize];
        bytes.clear();
        bytes.extend_from_slice(&self.scratch[..length]);
        request
    }

    pub(super) fn connect(&mut self, descriptor: u32, address: SocketAddr) -> Entry {
        let addresses = &mut self.lent.addresses;
        addresses.push(address.into());
        let address = &addresses[addresses.len() - 1];
        opcode::Connect::new(Fixed(descriptor), address.as_ptr().cast(), address.len()).build()
    }

    pub(super) fn push_send(&mut self, ticket: &Ticket, request: u32) {
        let token = Token { operation: Operation::Send, place: ticket.place, request }.pack();
        let bytes = &self.lent.requests[request as usize];
        let send = opcode::Send::new(Fixed(ticket.descriptor), bytes.as_ptr(), bytes.len() as u32).build();
        self.push(&send.flags(Flags::IO_LINK).user_data(token));
        let timeout = self.timeout(ticket.deadline_ns);
        self.push(&timeout);
        self.owed += 1;
        self.sending += 1;
    }

    /// Cancels the entry pushed before it at a moment that is the same for all of a call's entries.
    pub(super) fn timeout(&mut self, deadline_ns: u64) -> Entry {
        const SECOND: u64 = 1_000_000_000;
        let deadlines = &mut self.lent.deadlines;
        deadlines.push(Timespec::new().sec(deadline_ns / SECOND).nsec((deadline_ns % SECOND) as u32));
        let token = Token { operation: Operation::Timeout, place: 0, request: 0 }.pack();
        let timeout = opcode::LinkTimeout::new(&raw const deadlines[deadlines.len() - 1]);
        timeout.flags(TimeoutFlags::ABS).build().flags(Flags::SKIP_SUCCESS).user_data(token)
    }

    /// A chain must not be cut by a submission, so there has to be space for all of it, and for what it points to.
    pub(super) fn make_space(&mut self) -> io::Result<()> {
        if self.has_space() {
            return Ok(());
        }
        self.enter(0, Duration::ZERO)?;
        if self.has_space() { Ok(()) } else { Err(Errno::AGAIN.into()) }
    }

    fn has_space(&mut self) -> bool {
        self.ring.submission().len().max(self.lent.deadlines.len()) + CHAIN <= ENTRIES as usize
    }

    pub(super) fn push(&mut self, entry: &Entry) {
        // SAFETY: what `entry` points to is in `lent`, where it stays until the kernel no longer needs it.
        unsafe { self.ring.submission().push(entry) }.expect("there is space for a chain");
    }

    /// Hands over all entries, and waits for `want` completions that nobody looked at yet. After `COLLECT` one of them
    /// is enough (Linux 6.12).
    pub(super) fn enter(&mut self, want: usize, patience: Duration) -> io::Result<()> {
        let submitter = self.ring.submitter();
        let entered = if want == 0 {
            submitter.submit()
        } else if self.ring.params().is_feature_min_timeout() {
            let patience = Timespec::from(patience);
            let args = SubmitArgs::new().timespec(&patience).min_wait_usec(COLLECT.as_micros() as u32);
            submitter.submit_with_args(want, &args)
        } else {
            submitter.submit_with_args(1, &SubmitArgs::new().timespec(&Timespec::from(patience)))
        };
        match entered.map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO)) {
            // Time is up, a signal came, or completions have to be looked at first (io_uring_enter(2)).
            Ok(_) | Err(Errno::TIME | Errno::INTR | Errno::BUSY) => {}
            Err(error) => return Err(error.into()),
        }
        if self.ring.submission().is_empty() {
            self.lent.addresses.clear();
            self.lent.deadlines.clear();
        }
        Ok(())
    }
}
