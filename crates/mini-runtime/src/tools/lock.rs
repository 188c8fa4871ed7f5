//! A value for one task at a time: `Lock`.

use std::cell::{RefCell, RefMut};
use std::ops::{Deref, DerefMut};

use super::semaphore::{Permit, Semaphore};

/// A value that one task at a time may use, across its `await`s, in the order of `lock` calls. (asyncio: `Lock`.)
///
/// Tasks of one thread need it only if they use the value across an `await`: between two `await`s no other task runs.
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
    permit: Semaphore,
    value: RefCell<T>,
}

/// Access to the value. Dropping it releases the lock.
#[derive(Debug)]
#[must_use = "a lock that is released at once protects nothing"]
pub struct LockGuard<'l, T> {
    // Fields are dropped in this order: the value is free before the next task gets the permit.
    value: RefMut<'l, T>,
    _permit: Permit<'l>,
    pub(crate) lock: &'l Lock<T>,
}

impl<T> Lock<T> {
    /// A lock that is free.
    pub fn new(value: T) -> Self {
        Self { permit: Semaphore::new(1), value: RefCell::new(value) }
    }

    /// Locks, and waits while another task has the lock. Cancel-safe: if this future is dropped when the lock was given
    /// to it, the next task gets the lock.
    pub async fn lock(&self) -> LockGuard<'_, T> {
        let permit = self.permit.acquire().await;
        LockGuard { value: self.value.borrow_mut(), _permit: permit, lock: self }
    }

    /// Locks if the lock is free and no task waits for it.
    pub fn try_lock(&self) -> Option<LockGuard<'_, T>> {
        let permit = self.permit.try_acquire()?;
        Some(LockGuard { value: self.value.borrow_mut(), _permit: permit, lock: self })
    }

    /// Whether it is locked. (asyncio: `locked`.)
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.permit.permits() == 0
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
