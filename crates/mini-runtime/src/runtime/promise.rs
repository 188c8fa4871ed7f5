//! A value that is provided later, by a callback or another thread.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;

use super::sync::{Mutex, lock};

/// The bridge from callbacks to futures: the value that is given to the [`Resolver`], on any thread, is the output of
/// the [`Promise`]. (asyncio: `loop.create_future` with `call_soon_threadsafe(future.set_result, …)`.)
///
/// ```
/// # mini_runtime::Runtime::new()?.block_on(async {
/// let (resolver, promise) = mini_runtime::promise();
/// std::thread::spawn(move || resolver.resolve(42));
/// assert_eq!(promise.await, Ok(42));
/// # })?; std::io::Result::Ok(())
/// ```
pub fn promise<T>() -> (Resolver<T>, Promise<T>) {
    let state = Arc::new(Mutex::new(State::Waiting(None)));
    (Resolver(Arc::clone(&state)), Promise(state))
}

/// Provides the value. If it is dropped without one, the promise ends with an error.
pub struct Resolver<T>(Arc<Mutex<State<T>>>);

/// A future of the value.
pub struct Promise<T>(Arc<Mutex<State<T>>>);

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinError {
    /// The task or the resolver was dropped first. (asyncio: `CancelledError`.)
    Cancelled,
    /// The task panicked, or the thread that had the resolver.
    Panicked,
}

enum State<T> {
    Waiting(Option<Waker>),
    Resolved(Result<T, JoinError>),
    /// The value was taken, or the promise was dropped.
    Closed,
}

impl<T> Resolver<T> {
    /// Provides the value.
    ///
    /// # Errors
    /// The value itself, if the promise was dropped.
    pub fn resolve(self, value: T) -> Result<(), T> {
        match settle(&self.0, Ok(value)) {
            Err(Ok(value)) => Err(value),
            _ => Ok(()),
        }
    }

    /// Whether the promise was dropped.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        matches!(*lock(&self.0), State::Closed)
    }
}

impl<T> Drop for Resolver<T> {
    fn drop(&mut self) {
        let error = if thread::panicking() { JoinError::Panicked } else { JoinError::Cancelled };
        // After `resolve` this finds the promise settled.
        _ = settle(&self.0, Err(error));
    }
}

/// Stores the outcome and wakes the task that waits for it. Gives the outcome back if the promise has one already, or was
/// dropped.
fn settle<T>(state: &Mutex<State<T>>, outcome: Result<T, JoinError>) -> Result<(), Result<T, JoinError>> {
    let waker = {
        let mut state = lock(state);
        let State::Waiting(waker) = &mut *state else { return Err(outcome) };
        let waker = waker.take();
        *state = State::Resolved(outcome);
        waker
    };
    // The lock is released first: a waker may run any code.
    if let Some(waker) = waker {
        waker.wake();
    }
    Ok(())
}

impl<T> Promise<T> {
    /// Whether it has an outcome, so that awaiting it does not wait. (asyncio: `Future.done`.)
    #[must_use]
    pub fn is_settled(&self) -> bool {
        !matches!(*lock(&self.0), State::Waiting(_))
    }
}

impl<T> Future for Promise<T> {
    type Output = Result<T, JoinError>;

    /// # Panics
    /// If it is polled again after it has returned its value.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = lock(&self.0);
        if let State::Waiting(waker) = &mut *state {
            waker.get_or_insert_with(|| context.waker().clone()).clone_from(context.waker());
            return Poll::Pending;
        }
        match mem::replace(&mut *state, State::Closed) {
            State::Resolved(outcome) => Poll::Ready(outcome),
            State::Waiting(_) | State::Closed => panic!("a promise was polled after it gave its value"),
        }
    }
}

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        let unwanted = mem::replace(&mut *lock(&self.0), State::Closed);
        // The lock is released first: dropping a value may run any code.
        drop(unwanted);
    }
}

impl<T> fmt::Debug for Resolver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolver")
    }
}

impl<T> fmt::Debug for Promise<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Promise")
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cancelled => "cancelled before there was a value",
            Self::Panicked => "panicked before there was a value: see standard error for where",
        })
    }
}

impl std::error::Error for JoinError {}
