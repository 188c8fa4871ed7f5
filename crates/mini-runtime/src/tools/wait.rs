//! Waiting for some of several tasks without cancelling the others: `wait`.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::time::wait_for;
use crate::runtime::{JoinError, JoinHandle};

/// The state of all tasks when a [`wait`] returned.
#[derive(Debug)]
pub struct Waited<T> {
    /// The number and the outcome of each task that has finished, in the order of the list.
    pub done: Vec<(usize, Result<T, JoinError>)>,
    /// The number and the handle of each task that has not. They go on.
    pub pending: Vec<(usize, JoinHandle<T>)>,
}

/// Waits until the outcome of a task is `enough`, or all tasks have finished. It cancels none. (asyncio: `wait`, whose
/// `return_when` is `enough`.)
///
/// ```
/// # use std::time::Duration;
/// # use mini_runtime::{first_completed, sleep, spawn, wait};
/// # mini_runtime::Runtime::new()?.block_on(async {
/// let tasks = [500, 10].map(|ms| spawn(sleep(Duration::from_millis(ms))));
/// let waited = wait(tasks, first_completed).await;
/// assert_eq!((waited.done[0].0, waited.pending[0].0), (1, 0));
/// # })?; std::io::Result::Ok(())
/// ```
///
/// It looks at every task whenever one finishes: O(n).
pub async fn wait<T>(
    tasks: impl IntoIterator<Item = JoinHandle<T>>,
    enough: impl Fn(&Result<T, JoinError>) -> bool,
) -> Waited<T> {
    let mut waited = Waited::new(tasks);
    waited.until(&enough).await;
    waited.sorted()
}

/// As [`wait`], but also returns once `timeout` has passed. (asyncio: `wait`'s `timeout`.)
pub async fn wait_at_most<T>(
    tasks: impl IntoIterator<Item = JoinHandle<T>>,
    enough: impl Fn(&Result<T, JoinError>) -> bool,
    timeout: Duration,
) -> Waited<T> {
    let mut waited = Waited::new(tasks);
    // `done` has the tasks that finished, whether or not the time is up.
    _ = wait_for(waited.until(&enough), timeout).await;
    waited.sorted()
}

/// Enough for [`wait`]: any outcome. (asyncio: `FIRST_COMPLETED`.)
pub const fn first_completed<T>(_: &Result<T, JoinError>) -> bool {
    true
}

/// Enough for [`wait`]: an error, a panic or a cancellation. (asyncio: `FIRST_EXCEPTION`.)
pub const fn first_exception<T, E>(outcome: &Result<Result<T, E>, JoinError>) -> bool {
    !matches!(outcome, Ok(Ok(_)))
}

/// Enough for [`wait`]: no outcome, so all tasks are awaited. (asyncio: `ALL_COMPLETED`.)
pub const fn all_completed<T>(_: &Result<T, JoinError>) -> bool {
    false
}

impl<T> Waited<T> {
    fn new(tasks: impl IntoIterator<Item = JoinHandle<T>>) -> Self {
        Self { done: Vec::new(), pending: tasks.into_iter().enumerate().collect() }
    }

    async fn until(&mut self, enough: &impl Fn(&Result<T, JoinError>) -> bool) {
        poll_fn(|context| if self.look(context, enough) { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    fn sorted(mut self) -> Self {
        self.done.sort_by_key(|(number, _)| *number);
        self
    }

    /// Moves the tasks that have finished to `done`, and returns whether that is enough.
    fn look(&mut self, context: &mut Context<'_>, enough: impl Fn(&Result<T, JoinError>) -> bool) -> bool {
        let first = self.done.len();
        let mut pending = Vec::with_capacity(self.pending.len());
        for (number, mut task) in self.pending.drain(..) {
            match Pin::new(&mut task).poll(context) {
                Poll::Ready(outcome) => self.done.push((number, outcome)),
                Poll::Pending => pending.push((number, task)),
            }
        }
        self.pending = pending;
        self.pending.is_empty() || self.done[first..].iter().any(|(_, outcome)| enough(outcome))
    }
}
