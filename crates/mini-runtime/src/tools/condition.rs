//! Waiting until a value behind a lock changes: `Condition`.

use super::lock::LockGuard;
use super::waiters::Waiters;

/// Wakes tasks that wait until the value of a [`Lock`](crate::Lock) changes. (asyncio: `Condition`. As in `std`, the
/// caller has the lock and passes its guard.)
///
/// ```
/// # mini_runtime::Runtime::new()?.block_on(async {
/// let (stock, changed) = (mini_runtime::Lock::new(0), mini_runtime::Condition::new());
/// let buy = async {
///     let mut stock = changed.wait_while(stock.lock().await, |stock| *stock < 3).await;
///     *stock -= 3;
/// };
/// let fill = async {
///     for _ in 0..3 {
///         *stock.lock().await += 1;
///         changed.notify_one();
///     }
/// };
/// mini_runtime::both(buy, fill).await;
/// assert_eq!(*stock.lock().await, 0);
/// # })?; std::io::Result::Ok(())
/// ```
#[derive(Debug, Default)]
pub struct Condition {
    waiters: Waiters,
}

impl Condition {
    /// A condition that no task waits for.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Releases the lock, waits to be notified, and locks again. Cancel-safe: a future that is notified and then dropped,
    /// with or without the lock, passes the notification on.
    pub async fn wait<'l, T>(&self, guard: LockGuard<'l, T>) -> LockGuard<'l, T> {
        let lock = guard.lock;
        let mut waiter = self.waiters.waiter(|| self.notify_one());
        // Enqueue before the lock is released, so that the task that locks next finds this one waiting.
        waiter.enqueue();
        drop(guard);
        waiter.woken().await;
        let guard = lock.lock().await;
        waiter.accept();
        guard
    }

    /// Waits while `condition` is true of the value. (asyncio: `wait_for`, which waits until it is true.)
    pub async fn wait_while<'l, T>(
        &self,
        mut guard: LockGuard<'l, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockGuard<'l, T> {
        while condition(&mut *guard) {
            guard = self.wait(guard).await;
        }
        guard
    }

    /// Notifies the task that has waited longest. (asyncio: `notify`.)
    pub fn notify_one(&self) {
        self.waiters.wake_first();
    }

    /// Notifies all tasks that wait now.
    pub fn notify_all(&self) {
        while self.waiters.wake_first() {}
    }
}
