//! Deadlines in order, the earliest first.

use std::collections::BTreeSet;
use std::time::Instant;

/// Deadlines of keys, in order. Adding one, removing one and taking the earliest cost O(log n) each. Keys whose
/// deadlines are equal are all kept, and come in the order of keys.
///
/// ```
/// use std::time::{Duration, Instant};
///
/// let now = Instant::now();
/// let mut deadlines = readiness::Deadlines::new();
/// deadlines.insert(now + Duration::from_secs(2), "late");
/// deadlines.insert(now + Duration::from_secs(1), "soon");
/// assert_eq!(deadlines.expired(now), None);
/// assert_eq!(deadlines.expired(now + Duration::from_secs(1)), Some("soon"));
/// assert_eq!(deadlines.len(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct Deadlines<K>(BTreeSet<(Instant, K)>);

impl<K: Copy + Ord> Deadlines<K> {
    /// No deadlines yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeSet::new())
    }

    /// Adds a deadline for `key`. A key may have several.
    pub fn insert(&mut self, at: Instant, key: K) {
        self.0.insert((at, key));
    }

    /// Removes a deadline; false if it was not there, because [`expired`](Self::expired) has taken it, for example.
    pub fn remove(&mut self, at: Instant, key: K) -> bool {
        self.0.remove(&(at, key))
    }

    /// The earliest deadline: how long a loop may wait.
    #[must_use]
    pub fn earliest(&self) -> Option<Instant> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Takes the earliest deadline if `now` has reached it, and returns its key. Call it until it returns `None`.
    pub fn expired(&mut self, now: Instant) -> Option<K> {
        if self.earliest()? > now {
            return None;
        }
        self.0.pop_first().map(|(_, key)| key)
    }

    /// The number of deadlines.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no deadlines.
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
