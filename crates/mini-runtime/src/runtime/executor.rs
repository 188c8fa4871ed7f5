//! Polls the tasks that were woken, and leaves the waiting to its caller.
//!
//! *What to notice*: nothing here makes a system call; the caller provides the function that waits. So loom and shuttle
//! run the same loop as the runtime, with a condition variable instead of the poller.

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
    /// An executor without tasks.
    #[must_use]
    pub fn new() -> Self {
        let tasks = TaskSet::new();
        let queue = Arc::clone(tasks.queue());
        Self { tasks: RefCell::new(tasks), queue }
    }

    /// Adds a task. The loop's next round polls it for the first time.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) -> Key {
        self.tasks.borrow_mut().insert(0, Box::pin(future))
    }

    /// Drops a task's future; false if it had finished. A task that cancels itself goes on to its next `await`.
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

    /// Runs the loop until `main` finishes: polls the tasks that were woken, then calls `wait`. If `wait` is given true,
    /// no task is ready, and it may block until `unpark` is woken. It adds the wakers of everything that has happened.
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
        // No task has the null key, so it can be that of `main`, which is not a task.
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

    /// Polls a task. The set is not borrowed meanwhile, so the task may spawn and cancel.
    fn poll(&self, key: Key) {
        let Some(mut task) = self.tasks.borrow_mut().begin_poll(key) else { return };
        let polled = task.poll();
        let over = match polled {
            Poll::Pending => self.tasks.borrow_mut().end_poll(task),
            // A panic was printed where it happened, and the task's handle reports it.
            Poll::Ready(_) => {
                self.tasks.borrow_mut().remove(key);
                Some(task)
            }
        };
        // Not before the set is free again: what the task owned may spawn or cancel when it is dropped.
        drop(over);
    }
}

impl Default for Executor {
    fn default() -> Self {
        Self::new()
    }
}
