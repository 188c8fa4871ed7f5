//! The tasks to poll next: the run queue, and the wakers that fill it from any thread.
//!
//! *What to notice*: a waker touches no future. It puts a key into a queue, once; the thread that owns the futures
//! takes it out. So a future is never polled on two threads, and a wake for a task that has finished does nothing.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Wake, Waker};

use readiness::Key;

use super::sync::{AtomicBool, Mutex, Ordering, lock};

/// Keys of the tasks to poll, in the order they were woken. It makes no system call.
#[derive(Debug, Default)]
pub struct RunQueue(Mutex<Queue>);

#[derive(Debug, Default)]
struct Queue {
    keys: VecDeque<Key>,
    /// What to wake for the next key, while the thread that takes the keys is asleep.
    sleeper: Option<Waker>,
}

impl RunQueue {
    /// Adds a key, and wakes the thread or task that sleeps on this queue.
    pub fn push(&self, key: Key) {
        let sleeper = {
            let mut queue = lock(&self.0);
            queue.keys.push_back(key);
            queue.sleeper.take()
        };
        // The lock is released first: a waker may run any code.
        if let Some(sleeper) = sleeper {
            sleeper.wake();
        }
    }

    /// Takes the key that has waited longest.
    pub fn pop(&self) -> Option<Key> {
        lock(&self.0).keys.pop_front()
    }

    /// The number of keys in the queue.
    pub fn len(&self) -> usize {
        lock(&self.0).keys.len()
    }

    /// Whether no key is in the queue.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Asks that `sleeper` is woken for the next key; false if there is a key already.
    ///
    /// Both happen under one lock. Otherwise a key could be added in between, and would wake no sleeper.
    pub fn sleep(&self, sleeper: &Waker) -> bool {
        let mut queue = lock(&self.0);
        let empty = queue.keys.is_empty();
        if empty {
            queue.sleeper = Some(sleeper.clone());
        }
        empty
    }

    /// Ends the sleep: from now on adding a key wakes no sleeper, and so costs no system call.
    pub fn awake(&self) {
        let sleeper = lock(&self.0).sleeper.take();
        drop(sleeper);
    }
}

/// What the wakers of one task share: whether its key is in the queue already.
#[derive(Debug)]
pub(crate) struct Wakeup {
    queued: AtomicBool,
    key: Key,
    queue: Arc<RunQueue>,
}

impl Wakeup {
    /// The wake-up of a new task, whose key is in the queue: the task has to be polled for the first time.
    pub(crate) fn queued(key: Key, queue: &Arc<RunQueue>) -> Arc<Self> {
        let wakeup = Self { queued: AtomicBool::new(true), key, queue: Arc::clone(queue) };
        queue.push(key);
        Arc::new(wakeup)
    }

    /// The task is about to be polled: the next wake counts again.
    ///
    /// Call it before the poll, not after: a wake during the poll may be for something that the poll has looked at
    /// already. And it is a swap, not a store: it reads what the last wake wrote, so the poll sees all that came before
    /// that wake.
    pub(crate) fn begin_poll(&self) {
        self.queued.swap(false, Ordering::AcqRel);
    }
}

impl Wake for Wakeup {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.swap(true, Ordering::AcqRel) {
            self.queue.push(self.key);
        }
    }
}
