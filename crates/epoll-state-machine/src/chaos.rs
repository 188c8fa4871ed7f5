//! A kernel as unreliable as it may be: events for nothing, short reads, partial sends.
//!
//! For tests alone: behind the feature `chaos`, and only while `MEANWHILE_CHAOS` holds a seed. Events are reported for
//! as long as a socket is ready, so one that only pretends to block owes nothing.

use std::cell::RefCell;

use downstream_call::chaos::{draw, part_of, pretends_to_block};
use rustix::event::epoll::{Event, EventData, EventFlags};
use rustix::io::{self, Errno};

thread_local! {
    /// Whoever was watched once, whether or not the call is over.
    static KNOWN: RefCell<Vec<EventData>> = const { RefCell::new(Vec::new()) };
}

/// So many are remembered.
const KNOWN_MOST: usize = 64;

pub(crate) fn watch(token: EventData) {
    KNOWN.with_borrow_mut(|known| {
        let at = draw(|random| random.usize(..KNOWN_MOST)).min(known.len());
        known.insert(at, token);
        known.truncate(KNOWN_MOST);
    });
}

/// Adds events of which the kernel knows nothing.
pub(crate) fn disturb(events: &mut Vec<Event>) {
    for _ in 0..draw(|random| random.usize(..4)) {
        let at = draw(|random| random.usize(..KNOWN_MOST));
        let flags = EventFlags::IN | EventFlags::OUT;
        KNOWN.with_borrow(|known| events.extend(known.get(at).map(|data| Event { flags, data: *data })));
    }
}

/// So much of it is sent.
pub(crate) fn part(bytes: &[u8]) -> io::Result<&[u8]> {
    pretend()?;
    Ok(&bytes[..part_of(bytes.len())])
}

/// So much of it is filled.
pub(crate) fn part_mut(scratch: &mut [u8]) -> io::Result<&mut [u8]> {
    pretend()?;
    let length = part_of(scratch.len());
    Ok(&mut scratch[..length])
}

fn pretend() -> io::Result<()> {
    if pretends_to_block() { Err(Errno::AGAIN) } else { Ok(()) }
}
