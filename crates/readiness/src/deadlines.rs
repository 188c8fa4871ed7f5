//! Who must be woken when, the earliest first.

use std::collections::BTreeSet;
use std::time::Instant;

/// Deadlines in order. Adding, removing and taking the earliest cost O(log n); equal times are all kept.
#[derive(Clone, Debug)]
pub struct Deadlines<K>(BTreeSet<(Instant, K)>);

impl<K: Copy + Ord> Deadlines<K> {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeSet::new())
    }

    /// Adds a deadline for `key`, which may have several.
    pub fn insert(&mut self, at: Instant, key: K) {
        self.0.insert((at, key));
    }

    /// Takes a deadline back; true if it had not passed through [`expired`](Self::expired) yet.
    pub fn remove(&mut self, at: Instant, key: K) -> bool {
        self.0.remove(&(at, key))
    }

    /// When to wake up.
    #[must_use]
    pub fn earliest(&self) -> Option<Instant> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Takes out the earliest deadline, if it is not after `now`.
    pub fn expired(&mut self, now: Instant) -> Option<K> {
        if self.earliest()? > now {
            return None;
        }
        self.0.pop_first().map(|(_, key)| key)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Copy + Ord> Default for Deadlines<K> {
    fn default() -> Self {
        Self::new()
    }
}
