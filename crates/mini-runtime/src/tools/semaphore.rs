//! So many at once: `Semaphore` and `BoundedSemaphore`.

use std::cell::Cell;
use std::fmt;

use super::waiters::Waiters;

/// A number of permits, handed out first come, first served. (asyncio: `Semaphore`.)
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

/// A permit; given back when dropped.
#[derive(Debug)]
#[must_use = "a permit that is dropped at once limits nothing"]
pub struct Permit<'s>(&'s Semaphore);

impl Semaphore {
    /// So many permits.
    #[must_use]
    pub fn new(permits: usize) -> Self {
        Self { permits: Cell::new(permits), waiters: Waiters::default() }
    }

    /// Takes a permit, and waits for one if there is none. Cancel-safe: a permit given to a future that is dropped
    /// goes to the next one. (asyncio: `acquire`, `async with`.)
    pub async fn acquire(&self) -> Permit<'_> {
        if let Some(permit) = self.try_acquire() {
            return permit;
        }
        let mut turn = self.waiters.turn(|| self.release());
        turn.come().await;
        turn.take();
        Permit(self)
    }

    /// Takes a permit if there is one. There is none while others wait: those given back go to them.
    #[must_use]
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        self.permits.set(self.permits.get().checked_sub(1)?);
        Some(Permit(self))
    }

    /// Adds a permit: one that was [forgotten](Permit::forget), or a new one. (asyncio: `release`.)
    pub fn release(&self) {
        if !self.waiters.give_turn() {
            self.permits.set(self.permits.get() + 1);
        }
    }

    /// How many permits are left. (asyncio: `locked` tells whether that is none.)
    #[must_use]
    pub fn permits(&self) -> usize {
        self.permits.get()
    }
}

impl Permit<'_> {
    /// Keeps the permit taken, until somebody calls `release`.
    pub fn forget(self) {
        std::mem::forget(self);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.release();
    }
}

/// A semaphore that never has more permits than it began with. (asyncio: `BoundedSemaphore`.)
#[derive(Debug)]
pub struct BoundedSemaphore {
    semaphore: Semaphore,
    bound: usize,
}

/// More permits were released than taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReleasedTooOften;

impl BoundedSemaphore {
    /// So many permits, at the beginning and at most.
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
    /// None was: this is a bug of the caller's, which a `Semaphore` would hide. (asyncio: `ValueError`.)
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
