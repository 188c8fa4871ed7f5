//! Waiting for what a lock protects to change: `Condition`.

use super::lock::LockGuard;
use super::waiters::Waiters;

/// Wakes those who wait for a change under a [`Lock`](crate::Lock). (asyncio: `Condition`; as in `std`, the lock is
/// the caller's, and comes along as its guard.)
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
    /// Nobody waits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Releases the lock, waits to be notified, and locks again. Cancel-safe: who is notified and then dropped,
    /// with or without the lock, passes the notification on.
    pub async fn wait<'l, T>(&self, guard: LockGuard<'l, T>) -> LockGuard<'l, T> {
        let lock = guard.lock;
        let mut turn = self.waiters.turn(|| self.notify_one());
        // In line before the lock is free: whoever locks next finds this one waiting.
        turn.line_up();
        drop(guard);
        turn.come().await;
        let guard = lock.lock().await;
        turn.take();
        guard
    }

    /// Waits for as long as `condition` is true of the value. (asyncio: `wait_for`, which takes the opposite.)
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

    /// Notifies the one who has waited longest. (asyncio: `notify`.)
    pub fn notify_one(&self) {
        self.waiters.give_turn();
    }

    /// Notifies all who wait now.
    pub fn notify_all(&self) {
        while self.waiters.give_turn() {}
    }
}
