//! Coroutines, and the stacks they run on.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use corosensei::stack::DefaultStack;
use corosensei::{CoroutineResult, Yielder};

/// The size of a stack. A guard page below it turns an overflow into a fault. Only pages that were touched take memory.
pub const STACK_BYTES: usize = 64 * 1024;

/// A function that can stop in the middle, is resumed with `R`s, suspends with `Y`s and returns a `T`.
///
/// Dropping one that is suspended unwinds its stack: all values on it are dropped, as in a panic.
pub(crate) struct Coroutine<R, Y, T>(corosensei::Coroutine<R, Y, T, DefaultStack>);

/// Where a coroutine stopped.
pub(crate) enum Resumed<Y, T> {
    Suspended(Y),
    Returned(T),
    /// It is over, and the panic hook has printed the panic.
    Panicked,
}

/// Stacks that are not in use. They are kept, because the system takes longer to make one than a call takes to use it.
pub(crate) struct Stacks(Vec<DefaultStack>);

impl<R: 'static, Y: 'static, T: 'static> Coroutine<R, Y, T> {
    pub(crate) fn new(stack: DefaultStack, body: impl FnOnce(&Yielder<R, Y>, R) -> T + 'static) -> Self {
        Self(corosensei::Coroutine::with_stack(stack, body))
    }

    /// Runs to the next `suspend`, or to the end. A panic unwinds to the stack of the caller, and is caught there.
    pub(crate) fn resume(&mut self, with: R) -> Resumed<Y, T> {
        match catch_unwind(AssertUnwindSafe(|| self.0.resume(with))) {
            Ok(CoroutineResult::Yield(value)) => Resumed::Suspended(value),
            Ok(CoroutineResult::Return(value)) => Resumed::Returned(value),
            Err(_) => Resumed::Panicked,
        }
    }
}

impl Stacks {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// The stack that was put back last, because its pages are most likely to be in the cache; a new one if there is
    /// none.
    ///
    /// # Errors
    /// The system has no addresses left: each stack is two mappings, and Linux has 65,530 for a process.
    pub(crate) fn take(&mut self) -> io::Result<DefaultStack> {
        self.0.pop().map_or_else(|| DefaultStack::new(STACK_BYTES), Ok)
    }

    /// Keeps the stack of a coroutine that is over for the next one.
    pub(crate) fn put_back<R, Y, T>(&mut self, coroutine: Coroutine<R, Y, T>) {
        self.0.push(coroutine.0.into_stack());
    }
}
