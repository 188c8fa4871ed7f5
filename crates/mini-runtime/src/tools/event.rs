//! Something that happens once, for everybody: `Event`.

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
    /// Not set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets everybody go who waits, and who will, until it is cleared.
    pub fn set(&self) {
        self.set.set(true);
        while self.waiters.give_turn() {}
    }

    /// From now on, `wait` waits again. Who was let go before stays so.
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
            // A turn that is not taken needs nobody: all have one.
            let mut turn = self.waiters.turn(|| {});
            turn.come().await;
        }
    }
}
