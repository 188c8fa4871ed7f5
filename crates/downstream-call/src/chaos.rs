//! Random numbers from one seed, for the tests that make readiness unreliable.
//!
//! It exists only with the feature `chaos`, and has an effect only if the environment variable `MEANWHILE_CHAOS` holds
//! a seed. Each crate decides what may go wrong. How often it does is the same in all of them, and the same seed
//! repeats it.

use std::cell::RefCell;

thread_local! {
    static RANDOM: RefCell<Option<fastrand::Rng>> = RefCell::new(seeded());
}

/// A random value; the default without a seed.
pub fn draw<T: Default>(by_chance: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
    RANDOM.with_borrow_mut(|random| random.as_mut().map(by_chance).unwrap_or_default())
}

/// Whether a socket that is ready pretends to block: one time in four.
#[must_use]
pub fn pretends_to_block() -> bool {
    draw(|random| random.u8(..4) == 0)
}

/// A number of bytes up to `all`, and often only a few.
#[must_use]
pub fn part_of(all: usize) -> usize {
    let most = draw(|random| 1 << random.u32(..15));
    if most == 0 { all } else { all.min(most) }
}

fn seeded() -> Option<fastrand::Rng> {
    let seed = std::env::var("MEANWHILE_CHAOS").ok()?;
    Some(fastrand::Rng::with_seed(seed.parse().expect("MEANWHILE_CHAOS is a number")))
}
