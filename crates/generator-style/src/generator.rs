//! Generators on stable Rust: a future that needs no waker, and a slot for the values that pass in and out.
//!
//! A future that is polled runs to its next `Pending`; a generator that is resumed runs to its next `yield`. The
//! rest is two cells: what was yielded, and what it is resumed with. Generators nest by `.await`.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// The values that pass between generators and the loop that resumes them. One slot serves many generators, because
/// only one runs at a time.
pub(crate) struct Slot<Y, R> {
    yielded: Cell<Option<Y>>,
    resumed: Cell<Option<R>>,
}

/// A computation that yields `Y`s, is resumed with `R`s and returns a `T`.
pub(crate) struct Generator<'g, Y, R, T> {
    slot: &'g Slot<Y, R>,
    body: Pin<Box<dyn Future<Output = T> + 'g>>,
}

/// Where a generator stopped.
pub(crate) enum Resumed<Y, T> {
    Yielded(Y),
    Returned(T),
}

impl<Y, R> Slot<Y, R> {
    pub(crate) const fn new() -> Self {
        Self { yielded: Cell::new(None), resumed: Cell::new(None) }
    }

    /// Yields: the `await` stops the generator until it is resumed, and returns what it is resumed with.
    pub(crate) fn give(&self, value: Y) -> impl Future<Output = R> {
        self.yielded.set(Some(value));
        poll_fn(|_| self.resumed.take().map_or(Poll::Pending, Poll::Ready))
    }
}

impl<'g, Y, R, T> Generator<'g, Y, R, T> {
    pub(crate) fn new(slot: &'g Slot<Y, R>, body: impl Future<Output = T> + 'g) -> Self {
        Self { slot, body: Box::pin(body) }
    }

    /// Runs to the next `give`, or to the end. The first time, `with` is `None`.
    pub(crate) fn resume(&mut self, with: Option<R>) -> Resumed<Y, T> {
        self.slot.resumed.set(with);
        match self.body.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => Resumed::Returned(value),
            Poll::Pending => Resumed::Yielded(self.slot.yielded.take().expect("only `give` is pending")),
        }
    }
}
