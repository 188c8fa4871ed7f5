//! A limit on how many tasks do something at once: `Semaphore` and `BoundedSemaphore`.

use std::cell::Cell;
use std::fmt;

use super::waiters::Waiters;

/// A number of permits, given out in the order of `acquire` calls. (asyncio: `Semaphore`.)
///
/// ```
/// # mini_runtime::Runtime::new()?.block_on(async {
/// let three_at_once = mini_runtime::Semaphore::new(3);
/// let squares = mini_runtime::gather((0..10).map(async |number: u32| {
///     let _permit = three_at_once.acquire().await;
///     number * number
/// }));
/// assert_eq!(squares.await.len(), 10);
/// # })?; std::io::Result::Ok(())
/// ```
#[derive(Debug)]
pub struct Semaphore {
    permits: Cell<usize>,
    waiters: Waiters,
}

/// A permit. Dropping it gives it back.
#[derive(Debug)]
#[must_use = "a permit that is dropped at once limits nothing"]
pub struct Permit<'s>(&'s Semaphore);

impl Semaphore {
    /// A semaphore of `permits` permits.
    #[must_use]
    pub fn new(permits: usize) -> Self {
        Self { permits: Cell::new(permits), waiters: Waiters::default() }
    }

    /// Takes a permit, and waits for one if there is none. Cancel-safe: if this future is dropped when a permit was given
    /// to it, the next task gets that permit. (asyncio: `acquire`, `async with`.)
    pub async fn acquire(&self) -> Permit<'_> {
        if let Some(permit) = self.try_acquire() {
            return permit;
        }
        let mut waiter = self.waiters.waiter(|| self.release());
        waiter.woken().await;
        waiter.accept();
        Permit(self)
    }

    /// Takes a permit if there is one. There is none while other tasks wait: they get the permits that are given back.
    #[must_use]
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        self.permits.set(self.permits.get().checked_sub(1)?);
        Some(Permit(self))
    }

    /// Adds a permit: one that was [forgotten](Permit::forget), or a new one. (asyncio: `release`.)
    pub fn release(&self) {
        if !self.waiters.wake_first() {
            self.permits.set(self.permits.get() + 1);
        }
    }

    /// The number of permits left. (asyncio: `locked` returns whether that is 0.)
    #[must_use]
    pub fn permits(&self) -> usize {
        self.permits.get()
    }
}

impl Permit<'_> {
    /// Does not give the permit back. [`release`](Semaphore::release) does that later.
    pub fn forget(self) {
        std::mem::forget(self);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.release();
    }
}

/// A semaphore that never has more permits than at its start. (asyncio: `BoundedSemaphore`.)
#[derive(Debug)]
pub struct BoundedSemaphore {
    semaphore: Semaphore,
    bound: usize,
}

/// More permits were released than taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReleasedTooOften;

impl BoundedSemaphore {
    /// A semaphore of `permits` permits, and never more.
    #[must_use]
    pub fn new(permits: usize) -> Self {
        Self { semaphore: Semaphore::new(permits), bound: permits }
    }

    /// As [`Semaphore::acquire`].
    pub async fn acquire(&self) -> Permit<'_> {
        self.semaphore.acquire().await
    }

    /// As [`Semaphore::try_acquire`].
    #[must_use]
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        self.semaphore.try_acquire()
    }

    /// Gives back a permit that was [forgotten](Permit::forget).
    ///
    /// # Errors
    /// No permit was forgotten. That is a bug of the caller, which a `Semaphore` would hide. (asyncio: `ValueError`.)
    pub fn release(&self) -> Result<(), ReleasedTooOften> {
        if self.semaphore.permits() == self.bound {
            return Err(ReleasedTooOften);
        }
        self.semaphore.release();
        Ok(())
    }

    /// As [`Semaphore::permits`].
    #[must_use]
    pub fn permits(&self) -> usize {
        self.semaphore.permits()
    }
}

impl fmt::Display for ReleasedTooOften {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a semaphore's permit was released more often than taken: release each one once")
    }
}

impl std::error::Error for ReleasedTooOften {}
