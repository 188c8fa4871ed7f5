//! One at a time: `Lock`.

use std::cell::{RefCell, RefMut};
use std::ops::{Deref, DerefMut};

use super::semaphore::{Permit, Semaphore};

/// A value that one task at a time may use, across its `await`s; first come, first served. (asyncio: `Lock`.)
///
/// Tasks of one thread need it only for what spans an `await`: between two of those nobody else runs.
///
/// ```
/// # mini_runtime::Runtime::new()?.block_on(async {
/// let total = mini_runtime::Lock::new(0);
/// mini_runtime::gather((1..=4).map(async |number| {
///     let mut total = total.lock().await;
///     let before = *total;
///     mini_runtime::sleep(std::time::Duration::ZERO).await;
///     *total = before + number;
/// })).await;
/// assert_eq!(*total.lock().await, 10);
/// # })?; std::io::Result::Ok(())
/// ```
#[derive(Debug)]
pub struct Lock<T> {
    turn: Semaphore,
    value: RefCell<T>,
}

/// The use of the value; the lock is released when it is dropped.
#[derive(Debug)]
#[must_use = "a lock that is released at once protects nothing"]
pub struct LockGuard<'l, T> {
    // Fields are dropped in this order: the value is free before the next one has its turn.
    value: RefMut<'l, T>,
    _permit: Permit<'l>,
    pub(crate) lock: &'l Lock<T>,
}

impl<T> Lock<T> {
    /// Not locked.
    pub fn new(value: T) -> Self {
        Self { turn: Semaphore::new(1), value: RefCell::new(value) }
    }

    /// Waits for the turn. Cancel-safe: a turn given to a future that is dropped goes to the next one.
    pub async fn lock(&self) -> LockGuard<'_, T> {
        let permit = self.turn.acquire().await;
        LockGuard { value: self.value.borrow_mut(), _permit: permit, lock: self }
    }

    /// Locks if nobody has locked it, and nobody waits to.
    pub fn try_lock(&self) -> Option<LockGuard<'_, T>> {
        let permit = self.turn.try_acquire()?;
        Some(LockGuard { value: self.value.borrow_mut(), _permit: permit, lock: self })
    }

    /// Whether somebody has locked it. (asyncio: `locked`.)
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.turn.permits() == 0
    }
}

impl<T> Deref for LockGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for LockGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}
