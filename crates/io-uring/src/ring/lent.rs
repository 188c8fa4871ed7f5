//! The memory that is lent to the kernel: all `unsafe` of this crate, behind a safe interface.
//!
//! *What is lent, and until when*: an address and a timeout, until the kernel has taken the entry that points to them
//! (it copies them then: `IORING_FEAT_SUBMIT_STABLE`); a request, until its completion; the pool that answers are
//! received into, for as long as the ring exists.
//!
//! *Why that is sound*: only this module makes entries, so an entry points into [`Memory`] or nowhere. Memory that an
//! entry points to never moves, and is used again or freed only here, when the kernel has finished with it.
//!
//! *The pool* is a ring of descriptions, each an address, a length and a number, in memory that both sides see
//! (io_uring_setup_buf_ring(3)). The program adds at its tail, the kernel takes from its head, and a completion reports
//! the number.
#![allow(
    unsafe_code,
    reason = "the kernel uses memory that is lent to it, which the borrow checker cannot follow"
)]

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::io;
use std::mem::ManuallyDrop;
use std::net::SocketAddr;
use std::os::fd::RawFd;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicU16, Ordering};

use io_uring::squeue::{Entry, Flags};
use io_uring::types::{BufRingEntry, DestinationSlot, Fd, Fixed, Timespec};
use io_uring::{IoUring, Submitter, cqueue, opcode};
use rustix::event::PollFlags;
use rustix::net::SendFlags;
use socket2::{Domain, SockAddr, Type};

use super::Ticket;
use super::setup::ENTRIES;
use super::token::{Operation, Token};

/// A ring, and the memory that is lent to the kernel through it.
pub(super) struct Lent {
    ring: IoUring,
    /// Freed only when no completion is owed.
    memory: ManuallyDrop<Memory>,
    /// The number of completions to come, and how many of them are for a `send`.
    owed: usize,
    sending: usize,
}

/// Memory that the kernel may be using.
struct Memory {
    buffers: Buffers,
    /// Each is allocated on its own, so it does not move when this list grows.
    requests: Vec<Vec<u8>>,
    free_requests: Vec<u32>,
    addresses: Unmoved<SockAddr>,
    timeouts: Unmoved<Timespec>,
}

/// A request that no entry points to yet.
pub(super) struct Request(u32);

/// Received bytes: a buffer of the pool that is ours until it is given back.
#[derive(Debug)]
pub(crate) struct Bytes {
    buffer: Option<u16>,
    length: usize,
}

/// What the kernel did, and for which entry.
pub(super) struct Completion {
    pub(super) token: Token,
    /// Bytes that were sent or received.
    pub(super) result: io::Result<usize>,
    /// The buffer that the entry took from the pool, if it took one.
    pub(super) bytes: Bytes,
}

impl Lent {
    /// Makes a pool known to the kernel, and fills it.
    pub(super) fn new(ring: IoUring) -> io::Result<Self> {
        let memory = Memory {
            buffers: Buffers::register(&ring.submitter())?,
            requests: Vec::new(),
            free_requests: Vec::new(),
            addresses: Unmoved::new(),
            timeouts: Unmoved::new(),
        };
        Ok(Self { ring, memory: ManuallyDrop::new(memory), owed: 0, sending: 0 })
    }

    pub(super) fn submitter(&self) -> Submitter<'_> {
        self.ring.submitter()
    }

    pub(super) fn has_min_timeout(&self) -> bool {
        self.ring.params().is_feature_min_timeout()
    }

    pub(super) const fn owed(&self) -> usize {
        self.owed
    }

    pub(super) const fn sending(&self) -> usize {
        self.sending
    }

    /// How many entries the kernel has not taken.
    pub(super) fn untaken(&mut self) -> usize {
        self.ring.submission().len()
    }

    /// Whether the kernel has taken every entry.
    pub(super) fn is_all_taken(&mut self) -> bool {
        self.untaken() == 0
    }

    /// Whether there is space for `count` entries, and for what they point to.
    pub(super) fn has_space(&mut self, count: usize) -> bool {
        self.untaken().max(self.memory.timeouts.0.len()) + count <= ENTRIES as usize
    }

    /// Uses addresses and timeouts again if the kernel has taken every entry.
    pub(super) fn reuse_taken(&mut self) {
        if self.is_all_taken() {
            self.memory.addresses.0.clear();
            self.memory.timeouts.0.clear();
        }
    }

    /// Keeps a request where the kernel can read it until its completion comes.
    pub(super) fn lend(&mut self, request: &[u8]) -> Request {
        let memory = &mut *self.memory;
        let number = memory.free_requests.pop().unwrap_or_else(|| {
            memory.requests.push(Vec::new());
            (memory.requests.len() - 1) as u32
        });
        let bytes = &mut memory.requests[number as usize];
        bytes.clear();
        bytes.extend_from_slice(request);
        Request(number)
    }

    /// Opens the socket that `request` is sent on. It completes only if it fails; then the `send` does not complete.
    // Without `inline` here and below, a call costs 4 % more instructions.
    #[inline]
    pub(super) fn push_socket(&mut self, ticket: &Ticket, request: &Request, address: SocketAddr) {
        let (domain, kind) = (i32::from(Domain::for_address(address)), i32::from(Type::STREAM));
        let slot = DestinationSlot::try_from_slot_target(ticket.descriptor);
        let slot = slot.expect("a table has fewer than 2^32 - 2 descriptors");
        let socket = opcode::Socket::new(domain, kind, 0).file_index(Some(slot)).build();
        let token = Token { operation: Operation::Open, index: ticket.index, request: request.0 };
        self.push(socket.flags(Flags::IO_LINK | Flags::SKIP_SUCCESS), token);
    }

    /// Connects it. It completes only if it fails; then the `send` does not complete.
    #[inline]
    pub(super) fn push_connect(&mut self, ticket: &Ticket, request: &Request, address: SocketAddr) {
        let address = self.memory.addresses.push(address.into());
        let connect = opcode::Connect::new(Fixed(ticket.descriptor), address.as_ptr().cast(), address.len());
        let token = Token { operation: Operation::Open, index: ticket.index, request: request.0 };
        self.push(connect.build().flags(Flags::IO_LINK | Flags::SKIP_SUCCESS), token);
    }

    #[inline]
    pub(super) fn push_send(&mut self, ticket: &Ticket, Request(request): Request, flags: SendFlags) {
        let bytes = &self.memory.requests[request as usize];
        let send = opcode::Send::new(Fixed(ticket.descriptor), bytes.as_ptr(), bytes.len() as u32);
        let send = send.flags(flags.bits().cast_signed()).build();
        let token = Token { operation: Operation::Send, index: ticket.index, request };
        // A send that does not wait has no timeout after it.
        let link = if flags.contains(SendFlags::DONTWAIT) { Flags::empty() } else { Flags::IO_LINK };
        self.push(send.flags(link), token);
        self.owed += 1;
        self.sending += 1;
    }

    #[inline]
    pub(super) fn push_receive(&mut self, ticket: &Ticket) {
        let receive = opcode::Recv::new(Fixed(ticket.descriptor), null_mut(), BYTES as u32).buf_group(GROUP);
        let token = Token { operation: Operation::Receive, index: ticket.index, request: 0 };
        self.push(receive.build().flags(Flags::IO_LINK | Flags::BUFFER_SELECT), token);
        self.owed += 1;
    }

    /// Cancels the entry pushed before it when this time has passed since that one began. `link` is `IO_LINK` if the
    /// chain goes on.
    #[inline]
    pub(super) fn push_timeout(&mut self, left_ns: u64, link: Flags) {
        const SECOND: u64 = 1_000_000_000;
        let left = Timespec::new().sec(left_ns / SECOND).nsec((left_ns % SECOND) as u32);
        let left = self.memory.timeouts.push(left);
        let timeout = opcode::LinkTimeout::new(&raw const *left).build();
        let token = Token { operation: Operation::Timeout, index: 0, request: 0 };
        self.push(timeout.flags(link | Flags::SKIP_SUCCESS), token);
    }

    #[inline]
    pub(super) fn push_close(&mut self, ticket: &Ticket) {
        let close = opcode::Close::new(Fixed(ticket.descriptor)).build();
        let token = Token { operation: Operation::Close, index: 0, request: 0 };
        self.push(close.flags(Flags::SKIP_SUCCESS), token);
    }

    /// Completes when `descriptor`, one of the process's own, is readable.
    pub(super) fn push_poll(&mut self, descriptor: RawFd) {
        let poll = opcode::PollAdd::new(Fd(descriptor), u32::from(PollFlags::IN.bits())).build();
        self.push(poll, Token { operation: Operation::Watch, index: 0, request: 0 });
        self.owed += 1;
    }

    #[inline]
    fn push(&mut self, entry: Entry, token: Token) {
        let entry = entry.user_data(token.pack());
        // SAFETY: `entry` points to nothing, or into `memory`: to an address or a timeout, which stays until
        // `reuse_taken` finds that the kernel has copied it; to a request, which stays until `next` has its completion.
        unsafe { self.ring.submission().push(&entry) }.expect("there is space for a chain");
    }

    /// The next completion that has come. The request that it ends is free again.
    #[inline]
    pub(super) fn next(&mut self) -> Option<Completion> {
        let completion = self.ring.completion().next()?;
        let token = Token::unpack(completion.user_data());
        let result = match completion.result() {
            count @ 0.. => Ok(count as usize),
            error => Err(io::Error::from_raw_os_error(-error)),
        };
        match token.operation {
            Operation::Open | Operation::Send => {
                self.owed -= 1;
                self.sending -= 1;
                self.memory.free_requests.push(token.request);
            }
            Operation::Receive | Operation::Watch => self.owed -= 1,
            Operation::Close | Operation::Timeout => {}
        }
        let buffer = cqueue::buffer_select(completion.flags());
        let length = if buffer.is_some() { *result.as_ref().unwrap_or(&0) } else { 0 };
        Some(Completion { token, result, bytes: Bytes { buffer, length: length.min(BYTES) } })
    }

    pub(super) fn bytes(&self, bytes: &Bytes) -> &[u8] {
        self.memory.buffers.get(bytes)
    }

    pub(super) fn give_back(&mut self, bytes: Bytes) {
        self.memory.buffers.give_back(bytes);
    }
}

/// Memory is never freed if the kernel may still use it.
impl Drop for Lent {
    fn drop(&mut self) {
        if self.owed == 0 {
            // SAFETY: no completion is owed, so the kernel has no entry left that points to it; and nothing uses it
            // after this.
            unsafe { ManuallyDrop::drop(&mut self.memory) };
        }
    }
}

/// A list as long as the submission queue. It never grows, so that what it holds never moves.
struct Unmoved<T>(Vec<T>);

impl<T> Unmoved<T> {
    fn new() -> Self {
        Self(Vec::with_capacity(ENTRIES as usize))
    }

    fn push(&mut self, value: T) -> &T {
        assert!(self.0.len() < self.0.capacity(), "there is space for a chain");
        self.0.push(value);
        &self.0[self.0.len() - 1]
    }
}

/// The pool's number.
const GROUP: u16 = 0;
/// Buffers in the pool: a power of two, and about as many as answers are taken between two system calls.
const COUNT: usize = 128;
/// Bytes in each buffer: most answers fit into one.
const BYTES: usize = 2048;
/// The descriptions begin on a page, and the buffers on the next one.
const PAGE: usize = 4096;

const LAYOUT: Layout = match Layout::from_size_align(PAGE + COUNT * BYTES, PAGE) {
    Ok(layout) => layout,
    Err(_) => panic!("the size is too large"),
};

/// The pool of buffers that the kernel takes from.
struct Buffers {
    memory: NonNull<u8>,
    tail: u16,
}

impl Buffers {
    fn register(submitter: &Submitter<'_>) -> io::Result<Self> {
        // SAFETY: the layout is not empty.
        let memory = NonNull::new(unsafe { alloc_zeroed(LAYOUT) });
        let memory = memory.unwrap_or_else(|| handle_alloc_error(LAYOUT));
        let mut buffers = Self { memory, tail: 0 };
        let address = memory.as_ptr() as u64;
        // SAFETY: the descriptions are in `memory`, which is freed only when the kernel no longer receives into it.
        unsafe { submitter.register_buf_ring_with_flags(address, COUNT as u16, GROUP, 0)? };
        for number in 0..COUNT {
            buffers.give_back(Bytes { buffer: Some(number as u16), length: 0 });
        }
        Ok(buffers)
    }

    fn get(&self, bytes: &Bytes) -> &[u8] {
        let start = self.start(bytes.buffer.unwrap_or(0));
        // SAFETY: the buffer is in `memory` and has at least `length` bytes. The kernel leaves it alone until it is given
        // back, which takes `bytes`. Bytes that the kernel has not written are zero.
        unsafe { std::slice::from_raw_parts(start, bytes.length) }
    }

    /// Adds a description at the tail. The kernel sees it as soon as the tail has moved past it.
    fn give_back(&mut self, Bytes { buffer, .. }: Bytes) {
        let Some(number) = buffer else { return };
        let address = self.start(number) as u64;
        let descriptions = self.memory.cast::<BufRingEntry>();
        // SAFETY: the index is below `COUNT`, and the kernel reads only descriptions between head and tail. The tail
        // itself lies in the first description, in a part of it that the setters leave alone.
        unsafe {
            let description = descriptions.add(usize::from(self.tail) % COUNT).as_mut();
            description.set_addr(address);
            description.set_len(BYTES as u32);
            description.set_bid(number);
            self.tail = self.tail.wrapping_add(1);
            let tail = BufRingEntry::tail(descriptions.as_ptr()).cast_mut();
            AtomicU16::from_ptr(tail).store(self.tail, Ordering::Release);
        }
    }

    fn start(&self, number: u16) -> *mut u8 {
        let number = usize::from(number) % COUNT;
        // SAFETY: `memory` has a page of descriptions, and `COUNT` buffers after it.
        unsafe { self.memory.as_ptr().add(PAGE + number * BYTES) }
    }
}

impl Drop for Buffers {
    fn drop(&mut self) {
        // SAFETY: it came from `alloc_zeroed` with this layout. `Lent` drops it only when no completion is owed, so the
        // kernel does not receive into it any more.
        unsafe { dealloc(self.memory.as_ptr(), LAYOUT) };
    }
}
