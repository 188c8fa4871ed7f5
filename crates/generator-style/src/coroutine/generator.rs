//! Generators of the nightly compiler: `#[coroutine]` blocks, in which `yield` is a keyword.
//!
//! The slot of the stable version is not needed, because the values pass through `resume`. It is empty here, so that
//! the loop is the same for both.

use std::marker::PhantomData;
use std::ops::{Coroutine, CoroutineState};
use std::pin::Pin;

/// The types of the values that pass between generators and the loop that resumes them.
pub(crate) struct Slot<Y, R>(PhantomData<(Y, R)>);

type Body<'g, Y, R, T> = dyn Coroutine<Option<R>, Yield = Y, Return = T> + 'g;

/// A computation that yields `Y`s, is resumed with `R`s and returns a `T`.
pub(crate) struct Generator<'g, Y, R, T> {
    body: Pin<Box<Body<'g, Y, R, T>>>,
}

/// Where a generator stopped.
pub(crate) enum Resumed<Y, T> {
    Yielded(Y),
    Returned(T),
}

impl<Y, R> Slot<Y, R> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'g, Y, R, T> Generator<'g, Y, R, T> {
    pub(crate) fn new(
        _: &'g Slot<Y, R>,
        body: impl Coroutine<Option<R>, Yield = Y, Return = T> + 'g,
    ) -> Self {
        Self { body: Box::pin(body) }
    }

    /// Runs to the next `yield`, or to the end. The first time, `with` is `None`.
    pub(crate) fn resume(&mut self, with: Option<R>) -> Resumed<Y, T> {
        match self.body.as_mut().resume(with) {
            CoroutineState::Complete(value) => Resumed::Returned(value),
            CoroutineState::Yielded(value) => Resumed::Yielded(value),
        }
    }
}
