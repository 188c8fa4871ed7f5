//! Futures side by side. Only those that were woken are polled.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;

use readiness::Key;
use slotmap::SlotMap;

use super::run_queue::{RunQueue, Wakeup};

/// Futures that share a thread, each with a number that comes back with its outcome. (asyncio: `TaskGroup`.)
///
/// They may borrow, because the set belongs to one future and ends with it. Dropping the set drops, and so cancels, all
/// that have not finished. The executor is made of such a set as well, whose futures borrow nothing.
pub struct TaskSet<'t, T> {
    slots: SlotMap<Key, Slot<'t, T>>,
    queue: Arc<RunQueue>,
}

/// The number of a task, and its value or its panic.
pub type Finished<T> = (usize, thread::Result<T>);

pub(crate) struct Slot<'t, T> {
    number: usize,
    /// `None` while it is polled.
    future: Option<Boxed<'t, T>>,
    wakeup: Arc<Wakeup>,
}

type Boxed<'t, T> = Pin<Box<dyn Future<Output = T> + 't>>;

impl<'t, T> TaskSet<'t, T> {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self { slots: SlotMap::new(), queue: Arc::default() }
    }

    /// Adds a future. [`next`](Self::next) polls it for the first time.
    pub fn spawn(&mut self, number: usize, future: impl Future<Output = T> + 't) {
        self.insert(number, Box::pin(future));
    }

    /// The number of futures that have not finished.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether all have finished.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Waits until another one finishes; `None` when all have. A panic in one is its outcome, not the set's.
    /// (asyncio: `as_completed`.)
    ///
    /// Cancel-safe: dropping this future loses no outcome.
    pub async fn next(&mut self) -> Option<Finished<T>> {
        poll_fn(|context| self.poll_next(context)).await
    }

    fn poll_next(&mut self, context: &Context<'_>) -> Poll<Option<Finished<T>>> {
        if self.is_empty() {
            return Poll::Ready(None);
        }
        // Polls only as many as are woken now, so that a task that always wakes itself does not keep the others from
        // their sockets.
        for _ in 0..self.queue.len() {
            let Some(mut task) = self.queue.pop().and_then(|key| self.begin_poll(key)) else { continue };
            match task.poll() {
                Poll::Ready(outcome) => {
                    let number = self.remove(task.key).map_or(0, |slot| slot.number);
                    return Poll::Ready(Some((number, outcome)));
                }
                Poll::Pending => _ = self.end_poll(task),
            }
        }
        if !self.queue.sleep(context.waker()) {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }

    pub(crate) fn insert(&mut self, number: usize, future: Boxed<'t, T>) -> Key {
        let slot = |key| Slot { number, future: Some(future), wakeup: Wakeup::queued(key, &self.queue) };
        self.slots.insert_with_key(slot)
    }

    /// Takes a task out to be polled, if it has not finished.
    pub(crate) fn begin_poll(&mut self, key: Key) -> Option<Polled<'t, T>> {
        let slot = self.slots.get_mut(key)?;
        slot.wakeup.begin_poll();
        Some(Polled { key, future: slot.future.take()?, waker: Arc::clone(&slot.wakeup).into() })
    }

    /// Puts a task back that has not finished; returns it if it was removed while it was polled.
    pub(crate) fn end_poll(&mut self, task: Polled<'t, T>) -> Option<Polled<'t, T>> {
        match self.slots.get_mut(task.key) {
            Some(slot) => {
                slot.future = Some(task.future);
                None
            }
            None => Some(task),
        }
    }

    /// Removes a task. Dropping the result drops its future, which may run any code: release borrows and locks first.
    pub(crate) fn remove(&mut self, key: Key) -> Option<Slot<'t, T>> {
        self.slots.remove(key)
    }

    /// Removes all tasks, as `remove` does.
    pub(crate) fn remove_all(&mut self) -> Vec<Slot<'t, T>> {
        self.slots.drain().map(|(_, slot)| slot).collect()
    }

    pub(crate) const fn queue(&self) -> &Arc<RunQueue> {
        &self.queue
    }
}

/// A task that is being polled.
pub(crate) struct Polled<'t, T> {
    key: Key,
    future: Boxed<'t, T>,
    waker: Waker,
}

impl<T> Polled<'_, T> {
    /// Polls the task. One that has panicked is never polled again.
    pub(crate) fn poll(&mut self) -> Poll<thread::Result<T>> {
        let mut context = Context::from_waker(&self.waker);
        match catch_unwind(AssertUnwindSafe(|| self.future.as_mut().poll(&mut context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    }
}

impl<T> Default for TaskSet<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> std::fmt::Debug for TaskSet<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TaskSet").field("len", &self.len()).finish_non_exhaustive()
    }
}
