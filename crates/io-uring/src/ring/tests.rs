//! What a healthy kernel does not show: links without the rest of their chain, a socket without room, and a kernel that does not
//! finish.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use io_uring::squeue::Flags;
use rustix::io::Errno;
use rustix::net::SendFlags;

use super::setup::unavailable;
use super::{Done, Event, Ring, Ticket};

/// A ring with a socket that is connected to this listener, which accepts nothing; `None` where the system has no rings.
fn connected() -> Option<(Ring, Ticket, TcpListener)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut ring = Ring::new().inspect_err(|error| eprintln!("skipped: {}", unavailable(error))).ok()?;
    ring.make_room(1).expect("room");
    let deadline = Instant::now() + Duration::from_secs(60);
    let ticket = ring.open(0, deadline, address, |scratch| scratch.len()).expect("space");
    ring.wait(false).expect("a wait");
    assert!(matches!(ring.event(), Some(Event::Call { index: 0, done: Ok(Done::Sent(1..)) })));
    Some((ring, ticket, listener))
}

#[test]
fn a_chain_that_was_cut_is_an_event_and_the_ring_is_not_used_again() {
    let Some((mut ring, ticket, _listener)) = connected() else { return };
    let request = ring.lend(|scratch| scratch.len());
    ring.lent.push_timeout(1, Flags::IO_LINK);
    ring.lent.push_send(&ticket, request, SendFlags::DONTWAIT);
    ring.enter(0, Duration::ZERO).expect("a submission");
    ring.enter(1, Duration::from_secs(1)).expect("a wait");
    assert!(matches!(ring.event(), Some(Event::Cut)));
    assert_eq!(ring.lent.owed(), 1, "no completion comes for the sending");
    assert!(ring.give_up().to_string().contains("memory"));
    let start = Instant::now();
    assert!(!ring.settle(), "a ring with an open debt is settled");
    assert!(start.elapsed() < Duration::from_secs(1), "it waits for what will never come");
}

#[test]
fn a_ring_that_is_owed_what_never_comes_does_not_settle_for_ever() {
    let Some((mut ring, ticket, _listener)) = connected() else { return };
    let request = ring.lend(|scratch| scratch.len());
    ring.lent.push_timeout(1, Flags::IO_LINK);
    ring.lent.push_send(&ticket, request, SendFlags::DONTWAIT);
    assert!(!ring.settle(), "a ring with an open debt is settled");
    assert_eq!(ring.lent.owed(), 1);
}

#[test]
fn a_first_send_without_room_says_so_and_waits_when_it_is_sent_again() {
    let Some((mut ring, ticket, listener)) = connected() else { return };
    let blocked = (0..100_000).any(|_| {
        let request = ring.lend(|scratch| scratch.len());
        ring.lent.push_send(&ticket, request, SendFlags::DONTWAIT);
        ring.wait(false).expect("a wait");
        matches!(ring.event(), Some(Event::Call { done: Ok(Done::Blocked), .. }))
    });
    assert!(blocked, "a peer that reads nothing has room for everything");
    let ticket = Ticket { deadline_ns: ring.left_ns(&Ticket { deadline_ns: 0, ..ticket }) + 1, ..ticket };
    ring.send(&ticket, |scratch| scratch.len()).expect("space");
    ring.wait(false).expect("a wait");
    let Some(Event::Call { done: Err(error), .. }) = ring.event() else { panic!("it did not time out") };
    assert_eq!(Errno::from_io_error(&error), Some(Errno::CANCELED));
    drop(listener);
}

#[test]
fn a_kernel_that_takes_nothing_is_asked_again_but_not_for_ever() {
    let Some((mut ring, _ticket, _listener)) = connected() else { return };
    let refusals = (0..).take_while(|_| ring.count_refusals(true).is_ok()).count();
    assert!((100..10_000).contains(&refusals), "{refusals}");
    ring.count_refusals(false).expect("it takes something again");
    assert!(ring.count_refusals(true).is_ok());
}
