//! Timers: which waker to wake at which time. They read no clock.

use std::task::Waker;
use std::time::Instant;

use readiness::{Deadlines, Key};
use slotmap::SlotMap;

/// Timers, each with the waker of the task that waits for it. The caller passes the time, so a test can choose it.
#[derive(Debug, Default)]
pub struct Timers {
    deadlines: Deadlines<Key>,
    wakers: SlotMap<Key, Waker>,
}

impl Timers {
    /// No timers yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a timer that wakes `waker` once `at` has passed.
    pub fn insert(&mut self, at: Instant, waker: Waker) -> Key {
        let key = self.wakers.insert(waker);
        self.deadlines.insert(at, key);
        key
    }

    /// Whether the timer has not fired yet. If so, it will wake `waker` and no other.
    pub fn is_waiting(&mut self, key: Key, waker: &Waker) -> bool {
        self.wakers.get_mut(key).map(|old| old.clone_from(waker)).is_some()
    }

    /// Removes a timer; false if it has fired.
    pub fn remove(&mut self, at: Instant, key: Key) -> bool {
        self.wakers.remove(key).is_some() && self.deadlines.remove(at, key)
    }

    /// When the next timer fires.
    #[must_use]
    pub fn earliest(&self) -> Option<Instant> {
        self.deadlines.earliest()
    }

    /// Fires all timers that are not after `now`, the earliest first: adds their wakers to `woken`.
    pub fn expire(&mut self, now: Instant, woken: &mut Vec<Waker>) {
        while let Some(key) = self.deadlines.expired(now) {
            woken.extend(self.wakers.remove(key));
        }
    }
}
