//! A kernel as unreliable as it may be: events for nothing, short reads, partial sends.
//!
//! For tests alone: behind the feature `chaos`, and only while `MEANWHILE_CHAOS` holds a seed. Events are reported for
//! as long as a socket is ready, so one that only pretends to block owes nothing.

use std::cell::RefCell;

use rustix::event::epoll::{Event, EventData, EventFlags};
use rustix::io::{self, Errno};

thread_local! {
    static RANDOM: RefCell<Option<fastrand::Rng>> = RefCell::new(seeded());
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
    Ok(&bytes[..length(bytes.len())])
}

/// So much of it is filled.
pub(crate) fn part_mut(scratch: &mut [u8]) -> io::Result<&mut [u8]> {
    pretend()?;
    let length = length(scratch.len());
    Ok(&mut scratch[..length])
}

fn pretend() -> io::Result<()> {
    if draw(|random| random.u8(..4) == 0) { Err(Errno::AGAIN) } else { Ok(()) }
}

/// All of it, or less: rather a byte than a half.
fn length(all: usize) -> usize {
    let most = draw(|random| 1 << random.u32(..15));
    if most == 0 { all } else { all.min(most) }
}

/// Something by chance; without a seed, nothing.
fn draw<T: Default>(by_chance: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
    RANDOM.with_borrow_mut(|random| random.as_mut().map(by_chance).unwrap_or_default())
}

fn seeded() -> Option<fastrand::Rng> {
    let seed = std::env::var("MEANWHILE_CHAOS").ok()?;
    Some(fastrand::Rng::with_seed(seed.parse().expect("MEANWHILE_CHAOS is a number")))
}
