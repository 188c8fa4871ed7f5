//! Tasks that go on by themselves, and the handles to them.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};

use readiness::Key;

use super::Core;
use super::promise::{JoinError, Promise, promise};

/// Runs a future as a task of its own, beside the one that calls this. (asyncio: `create_task`.)
///
/// # Panics
/// Outside [`block_on`](crate::Runtime::block_on).
pub fn spawn<F: Future + 'static>(future: F) -> JoinHandle<F::Output> {
    JoinHandle::spawn(&Core::current(), future)
}

/// Protects a future from the cancellation of whoever awaits it: it goes on even if nobody waits any more.
/// (asyncio: `shield`.)
///
/// This is [`spawn`] under another name. asyncio needs both, because awaiting a task there passes a cancellation on
/// to it; here, dropping a [`JoinHandle`] leaves its task alone, so every handle is a shield.
///
/// # Panics
/// Outside [`block_on`](crate::Runtime::block_on).
pub fn shield<F: Future + 'static>(future: F) -> JoinHandle<F::Output> {
    spawn(future)
}

/// A future of a task's outcome. Dropping it leaves the task alone. (asyncio: `Task`.)
pub struct JoinHandle<T> {
    promise: Promise<T>,
    key: Key,
    /// A handle may outlive its runtime, and must not keep it alive.
    core: Weak<Core>,
}

impl<T> JoinHandle<T> {
    pub(crate) fn spawn(core: &Rc<Core>, future: impl Future<Output = T> + 'static) -> Self
    where
        T: 'static,
    {
        let (resolver, promise) = promise();
        let key = core.executor.spawn(async move {
            // Nobody may want to know.
            _ = resolver.resolve(future.await);
        });
        Self { promise, key, core: Rc::downgrade(core) }
    }

    /// Cancels the task: its future is dropped where it waits. False, if it was over. (asyncio: `Task.cancel`.)
    ///
    /// A coroutine of asyncio may catch its cancellation and go on; a future can't. What must happen at the end of
    /// one stands in a `Drop`.
    pub fn cancel(&self) -> bool {
        self.core.upgrade().is_some_and(|core| core.executor.cancel(self.key))
    }

    /// Whether the task is over. (asyncio: `Task.done`.)
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.promise.is_settled()
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.promise).poll(context)
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("finished", &self.is_finished()).finish_non_exhaustive()
    }
}
