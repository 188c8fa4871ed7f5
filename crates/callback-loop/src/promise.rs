//! A value that a callback will provide later.

use std::cell::RefCell;
use std::rc::Rc;

/// A value that a callback will provide (asyncio: `Future`, but it cannot be awaited). Clones share the value.
#[derive(Debug)]
pub struct Promise<T>(Rc<RefCell<Option<T>>>);

impl<T> Promise<T> {
    /// A promise that is not kept yet (asyncio: `loop.create_future`).
    #[must_use]
    pub fn new() -> Self {
        Self(Rc::default())
    }

    /// Keeps the promise; the first value counts (asyncio: `future.set_result`).
    pub fn keep(&self, value: T) {
        self.0.borrow_mut().get_or_insert(value);
    }

    /// Whether it was kept, and its value was not taken yet (asyncio: `future.done`).
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Takes the value (asyncio: `future.result`).
    #[must_use]
    pub fn take(&self) -> Option<T> {
        self.0.take()
    }
}

impl<T> Default for Promise<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Promise<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}
