//! What an exchange owns: nothing before bytes arrive, and never much more than has arrived.

#![allow(unsafe_code, reason = "only an allocator can count allocations, and GlobalAlloc is an unsafe trait")]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

use downstream_call::{Exchange, MAX_HEAD_BYTES, Run};
use rstest::rstest;
use support::delivery::call;

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

thread_local! {
    static ALLOCATED_BYTES: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: both functions pass their arguments on to the system's allocator, unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED_BYTES.set(ALLOCATED_BYTES.get() + layout.size());
        // SAFETY: the caller keeps the contract of `alloc`, which is that of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        // SAFETY: `start` came from `alloc` above, so from the system's allocator, with the same layout.
        unsafe { System.dealloc(start, layout) }
    }
}

/// All bytes that this thread allocates during `action`.
fn allocated_bytes<T>(action: impl FnOnce() -> T) -> usize {
    let before = ALLOCATED_BYTES.get();
    black_box(action());
    ALLOCATED_BYTES.get() - before
}

#[test]
#[cfg(target_pointer_width = "64")]
fn an_exchange_that_waits_is_32_bytes() {
    assert!(size_of::<Exchange<'_>>() <= 32, "{} bytes", size_of::<Exchange<'_>>());
}

#[test]
fn nothing_is_allocated_before_bytes_arrive() {
    let (run, call) = (Run::default(), call());
    let allocated = allocated_bytes(|| {
        let mut exchange = Exchange::new(&run, 0, &call).expect("sendable");
        let mut scratch = [0; 10];
        while !exchange.is_sent() {
            let length = exchange.unsent(&mut scratch).len();
            exchange.sent(length);
        }
        exchange.closed()
    });
    assert_eq!(allocated, 0);
}

#[test]
fn an_answer_that_comes_at_once_costs_its_body_alone() {
    let (run, call) = (Run::default(), call());
    let mut exchange = Exchange::new(&run, 0, &call).expect("sendable");
    let response = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nHello World!";
    assert!(allocated_bytes(|| exchange.received(response)) <= 16);
}

#[test]
fn a_length_that_is_only_announced_costs_nothing() {
    let (run, call) = (Run::default(), call());
    let mut exchange = Exchange::new(&run, 0, &call).expect("sendable");
    let response = b"HTTP/1.1 200 OK\r\nContent-Length: 16777216\r\n\r\n";
    assert!(allocated_bytes(|| exchange.received(response)) < 1024);
}

/// A head that is copied, or parsed, again with each of its bytes would cost half the square of its length: 2 GiB.
#[rstest]
#[case::a_long_field(b"HTTP/1.1 200 OK\r\na: ", b"b")]
#[case::many_short_fields(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n")]
#[case::blank_lines_before_the_head(b"", b"\r\n")]
#[case::bare_line_feeds_before_the_head(b"\n", b"\n")]
#[case::trailers(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"a: b\r\n")]
fn a_head_that_arrives_byte_by_byte_costs_a_few_times_its_length(#[case] start: &[u8], #[case] more: &[u8]) {
    let (run, call) = (Run::default(), call());
    let mut exchange = Exchange::new(&run, 0, &call).expect("sendable");
    let bytes = start.iter().chain(more.iter().cycle()).take(MAX_HEAD_BYTES - 1);
    let allocated =
        allocated_bytes(|| bytes.map(|byte| exchange.received(&[*byte])).filter(Option::is_some).count());
    assert!(allocated < 8 * MAX_HEAD_BYTES, "{allocated} bytes");
}
