//! Waiting for a flag: `Event`.

use std::cell::Cell;

use super::waiters::Waiters;

/// A flag to wait for. (asyncio: `Event`.)
///
/// ```
/// # mini_runtime::Runtime::new()?.block_on(async {
/// use std::rc::Rc;
/// let ready = Rc::new(mini_runtime::Event::new());
/// let waiter = mini_runtime::spawn({
///     let ready = Rc::clone(&ready);
///     async move { ready.wait().await }
/// });
/// ready.set();
/// assert_eq!(waiter.await, Ok(()));
/// # })?; std::io::Result::Ok(())
/// ```
#[derive(Debug, Default)]
pub struct Event {
    set: Cell<bool>,
    waiters: Waiters,
}

impl Event {
    /// An event that is not set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the flag: every `wait` returns, now and until the flag is cleared.
    pub fn set(&self) {
        self.set.set(true);
        while self.waiters.wake_first() {}
    }

    /// Clears the flag: from now on `wait` waits. A `wait` during which the flag was set still returns.
    pub fn clear(&self) {
        self.set.set(false);
    }

    /// Whether it is set.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.set.get()
    }

    /// Waits until it is set.
    pub async fn wait(&self) {
        if !self.is_set() {
            // There is nothing to pass on: `set` wakes all.
            let mut waiter = self.waiters.waiter(|| {});
            waiter.woken().await;
        }
    }
}
