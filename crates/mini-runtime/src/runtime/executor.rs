//! Polls what was woken, and has somebody else do the waiting.
//!
//! *What to notice*: nothing here makes a system call; the caller says how to wait. So loom and shuttle can run the
//! very loop that the runtime runs, with a condition variable in the place of the poller.

use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use readiness::Key;
use slotmap::Key as _;

use super::run_queue::{RunQueue, Wakeup};
use super::task_set::TaskSet;

/// Tasks, and the loop that polls them, on one thread.
#[derive(Debug)]
pub struct Executor {
    tasks: RefCell<TaskSet<'static, ()>>,
    queue: Arc<RunQueue>,
}

impl Executor {
    /// No tasks yet.
    #[must_use]
    pub fn new() -> Self {
        let tasks = TaskSet::new();
        let queue = Arc::clone(tasks.queue());
        Self { tasks: RefCell::new(tasks), queue }
    }

    /// Adds a task. It begins at the loop's next turn, and goes on until it is over or cancelled.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) -> Key {
        self.tasks.borrow_mut().insert(0, Box::pin(future))
    }

    /// Drops a task's future; false, if it was over. A task that cancels itself goes on to its next `await`.
    pub fn cancel(&self, key: Key) -> bool {
        let removed = self.tasks.borrow_mut().remove(key);
        removed.is_some()
    }

    /// Drops all tasks.
    pub fn clear(&self) {
        loop {
            let removed = self.tasks.borrow_mut().remove_all();
            if removed.is_empty() {
                return;
            }
            // Dropping a task may spawn another, so look again.
            drop(removed);
        }
    }

    /// Runs the loop until `main` is over: polls what was woken, then calls `wait`. That sleeps if it is told that
    /// there is nothing to do, until `unpark` is woken at most, and adds whom to wake for what happened.
    ///
    /// # Errors
    /// `wait` failed.
    pub fn block_on<F: Future, E>(
        &self,
        main: F,
        unpark: &Waker,
        mut wait: impl FnMut(bool, &mut Vec<Waker>) -> Result<(), E>,
    ) -> Result<F::Output, E> {
        let mut main = pin!(main);
        // No task has the null key, so it can stand for the future that is not a task.
        let wakeup = Wakeup::queued(Key::null(), &self.queue);
        let waker = Waker::from(Arc::clone(&wakeup));
        let mut woken = Vec::new();
        loop {
            for _ in 0..self.queue.len() {
                let Some(key) = self.queue.pop() else { break };
                if !key.is_null() {
                    self.poll(key);
                    continue;
                }
                wakeup.begin_poll();
                if let Poll::Ready(value) = main.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Ok(value);
                }
            }
            let waited = wait(self.queue.sleep(unpark), &mut woken);
            self.queue.awake();
            waited?;
            woken.drain(..).for_each(Waker::wake);
        }
    }

    /// Polls a task while the set is free, so that the task may spawn and cancel.
    fn poll(&self, key: Key) {
        let Some(mut task) = self.tasks.borrow_mut().begin_poll(key) else { return };
        let polled = task.poll();
        let over = match polled {
            Poll::Pending => self.tasks.borrow_mut().end_poll(task),
            // A panic has been reported where it happened, and its task's handle will tell.
            Poll::Ready(_) => {
                self.tasks.borrow_mut().remove(key);
                Some(task)
            }
        };
        drop(over);
    }
}

impl Default for Executor {
    fn default() -> Self {
        Self::new()
    }
}
