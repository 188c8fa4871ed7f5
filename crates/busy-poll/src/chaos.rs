//! Sockets as unreliable as they may be: short reads, partial sends, nothing yet where there is something.
//!
//! For tests alone: behind the feature `chaos`, and only while `MEANWHILE_CHAOS` holds a seed.

use std::cell::RefCell;
use std::io;

thread_local! {
    static RANDOM: RefCell<Option<fastrand::Rng>> = RefCell::new(seeded());
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
    if draw(|random| random.u8(..4) == 0) { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
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
