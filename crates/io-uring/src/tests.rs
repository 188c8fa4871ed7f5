//! A ring that is dropped in the middle of a call, and a system that has no rings.

use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::ring::{Event, Ring, unavailable};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\n\r\n";

/// A ring that receives from a peer that sends nothing; `None` where the system has no rings.
fn receiving() -> Option<(Ring, TcpStream)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let mut ring = Ring::new().inspect_err(|error| eprintln!("skipped: {}", unavailable(error))).ok()?;
    ring.make_room(1).expect("room");
    let write = |scratch: &mut [u8]| {
        scratch[..REQUEST.len()].copy_from_slice(REQUEST);
        REQUEST.len()
    };
    let late = Instant::now() + Duration::from_secs(1 << 20);
    let ticket = ring.open(0, late, listener.local_addr().expect("an address"), write).expect("space");
    ring.wait(false).expect("a wait");
    assert!(matches!(ring.event(), Some(Event::Call { index: 0, done: Ok(_) })));
    ring.receive(&ticket).expect("space");
    ring.wait(true).expect("a wait");
    Some((ring, listener.accept().expect("a connection").0))
}

fn assert_closed(mut peer: TcpStream) {
    let mut received = Vec::new();
    peer.set_read_timeout(Some(Duration::from_secs(5))).expect("a timeout");
    peer.read_to_end(&mut received).expect("the end");
    assert_eq!(received, REQUEST);
}

#[test]
fn a_ring_that_settles_in_the_middle_has_nothing_left_with_the_kernel() {
    let Some((mut ring, peer)) = receiving() else { return };
    ring.settle();
    assert!(ring.event().is_none());
    assert_closed(peer);
}

#[test]
fn a_ring_that_is_dropped_in_the_middle_closes_its_sockets() {
    let Some((ring, peer)) = receiving() else { return };
    drop(ring);
    assert_closed(peer);
}

#[test]
fn a_kernel_without_rings_is_told_from_one_that_forbids_them() {
    let says = |errno| unavailable(&io::Error::from_raw_os_error(errno)).to_string();
    let (none, forbidden) = (says(38), says(1));
    assert!(none.starts_with("io_uring is not available: the kernel or a container"), "{none}");
    assert!(forbidden.contains("kernel.io_uring_disabled"), "{forbidden}");
    assert!(forbidden.ends_with("the other models do without"), "{forbidden}");
}
