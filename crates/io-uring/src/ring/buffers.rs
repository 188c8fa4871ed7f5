//! A pool of buffers that the kernel takes from: io_uring_setup_buf_ring(3).
//!
//! It is a ring of descriptions, each an address, a length and a number, in memory that both sides see. We add at its
//! tail, the kernel takes from its head, and a completion tells the number.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::io;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU16, Ordering};

use io_uring::Submitter;
use io_uring::types::BufRingEntry;

/// The pool's number.
pub(super) const GROUP: u16 = 0;
/// Buffers in the pool: a power of two, and about as many as answers are taken between two system calls.
const COUNT: usize = 128;
/// Bytes in each buffer: most answers fit into one.
pub(super) const BYTES: usize = 2048;
/// The descriptions begin on a page, and the buffers on the next one.
const PAGE: usize = 4096;

pub(super) struct Buffers {
    memory: NonNull<u8>,
    tail: u16,
}

/// Received bytes: a buffer of the pool that is ours until it is given back.
#[derive(Debug)]
pub(crate) struct Bytes {
    buffer: Option<u16>,
    length: usize,
}

impl Buffers {
    /// Makes the pool known to the kernel, and fills it.
    pub(super) fn register(submitter: &Submitter<'_>) -> io::Result<Self> {
        // SAFETY: the layout is not empty.
        let memory = NonNull::new(unsafe { alloc_zeroed(LAYOUT) });
        let memory = memory.unwrap_or_else(|| handle_alloc_error(LAYOUT));
        let mut buffers = Self { memory, tail: 0 };
        let address = memory.as_ptr() as u64;
        // SAFETY: the descriptions are in `memory`, which is freed only once nobody receives any more.
        unsafe { submitter.register_buf_ring_with_flags(address, COUNT as u16, GROUP, 0)? };
        for number in 0..COUNT {
            buffers.give_back(Bytes { buffer: Some(number as u16), length: 0 });
        }
        Ok(buffers)
    }

    /// What a completion tells: the number of the buffer, if it took one, and how much is in it.
    pub(super) fn taken(&self, buffer: Option<u16>, length: usize) -> Bytes {
        let length = if buffer.is_some() { length.min(BYTES) } else { 0 };
        Bytes { buffer, length }
    }

    pub(super) fn get(&self, bytes: &Bytes) -> &[u8] {
        let start = self.buffer(bytes.buffer.unwrap_or(0));
        // SAFETY: the buffer is in `memory`, has `length` bytes, and the kernel leaves it alone until it is given back,
        // which takes `bytes`; what the kernel has not written is zero.
        unsafe { std::slice::from_raw_parts(start, bytes.length) }
    }

    /// Adds a description at the tail, which the kernel sees as soon as the tail has moved past it.
    pub(super) fn give_back(&mut self, Bytes { buffer, .. }: Bytes) {
        let Some(number) = buffer else { return };
        let address = self.buffer(number) as u64;
        let descriptions = self.memory.cast::<BufRingEntry>();
        // SAFETY: the index is below `COUNT`, and the kernel doesn't read what is not between head and tail; the tail
        // lies in the first description, in a part of it that the setters leave alone.
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

    fn buffer(&self, number: u16) -> *mut u8 {
        let number = usize::from(number) % COUNT;
        // SAFETY: `memory` has a page of descriptions, and `COUNT` buffers after it.
        unsafe { self.memory.as_ptr().add(PAGE + number * BYTES) }
    }
}

impl Drop for Buffers {
    fn drop(&mut self) {
        // SAFETY: it came from `alloc_zeroed` with this layout, and whoever drops a pool has made sure that the kernel
        // does not receive into it any more.
        unsafe { dealloc(self.memory.as_ptr(), LAYOUT) };
    }
}

const LAYOUT: Layout = match Layout::from_size_align(PAGE + COUNT * BYTES, PAGE) {
    Ok(layout) => layout,
    Err(_) => panic!("the size is too large"),
};
