//! Tasks that run beside the one that spawned them, and their handles.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};

use readiness::Key;

use super::Core;
use super::promise::{JoinError, Promise, promise};

/// Runs a future as a task of its own. (asyncio: `create_task`.)
///
/// # Panics
/// Outside [`block_on`](crate::Runtime::block_on).
pub fn spawn<F: Future + 'static>(future: F) -> JoinHandle<F::Output> {
    JoinHandle::spawn(&Core::current(), future)
}

/// Protects a future from the cancellation of the task that awaits it: it goes on even if that task is dropped.
/// (asyncio: `shield`.)
///
/// This is [`spawn`] under another name. asyncio needs both, because there a cancellation is passed on to the task that
/// is awaited. Here, dropping a [`JoinHandle`] does not cancel its task, so every handle is a shield.
///
/// # Panics
/// Outside [`block_on`](crate::Runtime::block_on).
pub fn shield<F: Future + 'static>(future: F) -> JoinHandle<F::Output> {
    spawn(future)
}

/// A future of a task's outcome. Dropping it does not cancel the task. (asyncio: `Task`.)
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
            // It fails if the handle was dropped: the value is not needed.
            _ = resolver.resolve(future.await);
        });
        Self { promise, key, core: Rc::downgrade(core) }
    }

    /// Cancels the task: its future is dropped where it waits. False if it had finished. (asyncio: `Task.cancel`.)
    ///
    /// A coroutine of asyncio may catch its cancellation and go on; a future cannot. Put what must happen at the end of
    /// a future into a `Drop`.
    pub fn cancel(&self) -> bool {
        self.core.upgrade().is_some_and(|core| core.executor.cancel(self.key))
    }

    /// Whether the task has finished. (asyncio: `Task.done`.)
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
