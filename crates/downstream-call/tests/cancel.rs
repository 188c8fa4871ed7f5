//! A `Cancel` can be waited on like a socket, by every clone, from any thread.

use std::io::{ErrorKind, Read, Write};
use std::sync::atomic::Ordering;
use std::thread;

use downstream_call::Cancel;

/// Whether a loop that waits for the socket would wake up now.
fn is_readable(cancel: &Cancel) -> bool {
    let mut socket = cancel.socket().expect("it can be cancelled");
    match socket.read(&mut [0]) {
        Ok(length) => length == 0,
        Err(error) if error.kind() == ErrorKind::WouldBlock => false,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn what_is_never_cancelled_holds_no_descriptor() {
    // It is a constant, which could not open one.
    const NEVER: Cancel = Cancel::never();
    let cancel = NEVER;
    cancel.cancel();
    assert!(cancel.socket().is_none() && !cancel.is_cancelled());
    assert!(Cancel::default().socket().is_none());
}

#[test]
fn nothing_is_readable_before_it_is_cancelled() {
    let cancel = Cancel::new().expect("descriptors");
    assert!(!cancel.is_cancelled());
    assert!(!is_readable(&cancel));
}

#[test]
fn once_cancelled_it_is_readable_for_ever_and_for_every_clone() {
    let cancel = Cancel::new().expect("descriptors");
    let clone = cancel.clone();
    clone.cancel();
    clone.cancel();
    drop(clone);
    for cancel in [cancel.clone(), cancel] {
        assert!(cancel.is_cancelled());
        assert!(is_readable(&cancel) && is_readable(&cancel));
    }
}

#[test]
fn it_can_be_cancelled_from_another_thread() {
    let cancel = Cancel::new().expect("descriptors");
    thread::scope(|scope| {
        scope.spawn(|| cancel.cancel());
        while !is_readable(&cancel) {
            thread::yield_now();
        }
    });
    assert!(cancel.is_cancelled());
}

#[test]
fn cancelling_one_run_does_not_cancel_another() {
    let (one, other) = (Cancel::new().expect("descriptors"), Cancel::new().expect("descriptors"));
    one.cancel();
    assert!(!other.is_cancelled() && !is_readable(&other));
}

/// A handler may set a flag and write to a socket, and no more (signal-safety(7)).
#[test]
fn what_a_signal_handler_does_is_seen_by_every_clone_and_wakes_it() {
    let cancel = Cancel::new().expect("descriptors");
    let (flag, mut socket) =
        cancel.for_signal_handlers().expect("a descriptor").expect("it can be cancelled");
    let clone = cancel.clone();
    flag.store(true, Ordering::SeqCst);
    assert!(clone.is_cancelled());
    socket.write_all(b"x").expect("room for a byte");
    // Nothing reads from it in a run; here it shows what a loop would wake up for.
    let mut theirs = clone.socket().expect("it can be cancelled");
    assert_eq!(theirs.read(&mut [0; 8]).expect("a byte is there"), 1);
    assert!(Cancel::never().for_signal_handlers().expect("nothing is needed").is_none());
}
