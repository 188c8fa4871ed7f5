//! Callbacks that run soon, later, at a time, or when a run is cancelled.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::time::{Duration, Instant};

use downstream_call::Cancel;
use readiness::Key;

use crate::EventLoop;
use crate::event_loop::{Callback, Callbacks};

/// A callback that was registered; what [`EventLoop::cancel`] takes (asyncio: `Handle`, `TimerHandle`).
#[derive(Clone, Copy, Debug)]
pub struct Handle {
    key: Key,
    is_timer: bool,
}

/// Which callback must run when, the earliest on top.
///
/// Most timers are deadlines, which are cancelled before they pass. So a timer is cancelled by dropping its callback,
/// and its entry stays until such entries outnumber the others (asyncio does the same): O(1), where a sorted set takes
/// O(log n) for each.
#[derive(Default)]
pub(crate) struct Timers {
    /// The number keeps equal times in the order in which they were added.
    heap: BinaryHeap<Reverse<(Instant, u64, Key)>>,
    added: u64,
    cancelled: usize,
}

impl<'h> EventLoop<'h> {
    /// Calls `callback` in the next turn, after those that were added earlier (asyncio: `loop.call_soon`).
    pub fn call_soon(&mut self, callback: impl FnOnce(&mut Self) + 'h) -> Handle {
        let handle = self.add_callback(Box::new(callback));
        self.ready.push_back(handle.key);
        handle
    }

    /// Calls `callback` once `delay` has passed, never earlier (asyncio: `loop.call_later`).
    pub fn call_later(&mut self, delay: Duration, callback: impl FnOnce(&mut Self) + 'h) -> Handle {
        const THIRTY_YEARS: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
        self.call_at(Instant::now() + delay.min(THIRTY_YEARS), callback)
    }

    /// Calls `callback` once `at` has passed, never earlier. Callbacks with the same time run in the order in which
    /// they were added (asyncio: `loop.call_at`).
    pub fn call_at(&mut self, at: Instant, callback: impl FnOnce(&mut Self) + 'h) -> Handle {
        let Handle { key, .. } = self.add_callback(Box::new(callback));
        self.timers.insert(at, key);
        Handle { key, is_timer: true }
    }

    /// Calls `callback` when `cancel` is cancelled, before all other callbacks of that turn. It does nothing for
    /// [`Cancel::never`] (asyncio: `loop.add_signal_handler`, the usual way to cancel from outside).
    ///
    /// # Errors
    /// The system has no memory left for it; or this loop waits for `cancel` already.
    pub fn on_cancel(&mut self, cancel: &Cancel, callback: impl FnOnce(&mut Self) + 'h) -> io::Result<()> {
        if cancel.socket().is_some() {
            self.poller.watch_cancel(cancel)?;
            let handle = self.add_callback(Box::new(callback));
            self.cancels.push((cancel.clone(), handle.key));
        }
        Ok(())
    }

    /// Drops a callback that has not run; true if there was one to drop (asyncio: `handle.cancel`).
    pub fn cancel(&mut self, handle: Handle) -> bool {
        let waited = self.callbacks.remove(handle.key).is_some();
        if waited && handle.is_timer {
            self.timers.one_cancelled(&self.callbacks);
        }
        waited
    }

    /// Adds a callback that is not registered for any event yet.
    pub(crate) fn add_callback(&mut self, callback: Callback<'h>) -> Handle {
        Handle { key: self.callbacks.insert(callback), is_timer: false }
    }

    /// Cancel: run the callbacks of runs that were cancelled.
    pub(crate) fn notice_cancelled(&mut self) {
        while let Some(at) = self.cancels.iter().position(|(cancel, _)| cancel.is_cancelled()) {
            let (cancel, key) = self.cancels.swap_remove(at);
            // It fails only if the run is not watched.
            _ = self.poller.forget_cancel(&cancel);
            self.ready.push_front(key);
        }
    }
}

impl Timers {
    /// When to wake up. If that timer was cancelled, the loop wakes up and finds nothing to do.
    pub(crate) fn earliest(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }

    /// Takes out the earliest, if it is not after `now`. Its callback may be gone.
    pub(crate) fn expired(&mut self, now: Instant) -> Option<Key> {
        if self.earliest()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse((.., key))| key)
    }

    fn insert(&mut self, at: Instant, key: Key) {
        self.heap.push(Reverse((at, self.added, key)));
        self.added += 1;
    }

    fn one_cancelled(&mut self, callbacks: &Callbacks<'_>) {
        self.cancelled += 1;
        if self.cancelled > FEW + self.heap.len() / 2 {
            self.heap.retain(|Reverse((.., key))| callbacks.contains_key(*key));
            self.cancelled = 0;
        }
    }
}

/// This many cancelled timers may stay: to search for them would cost more than their memory.
const FEW: usize = 64;

impl Handle {
    pub(crate) const fn key(self) -> Key {
        self.key
    }
}
