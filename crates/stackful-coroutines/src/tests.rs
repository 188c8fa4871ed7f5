//! How a coroutine ends other than by returning.

use std::cell::Cell;
use std::rc::Rc;

use corosensei::Yielder;

use crate::coroutine::{Coroutine, Resumed, Stacks};

/// Counts how often it is dropped.
struct Dropped(Rc<Cell<u32>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

fn suspended(count: &Rc<Cell<u32>>) -> Coroutine<(), (), ()> {
    let (taken_along, made_there) = (Dropped(Rc::clone(count)), Rc::clone(count));
    let stack = Stacks::new().take().expect("a stack");
    let body = move |yielder: &Yielder<(), ()>, ()| {
        let _both = (taken_along, Dropped(made_there));
        deeper(yielder);
    };
    let mut coroutine = Coroutine::new(stack, body);
    assert!(matches!(coroutine.resume(()), Resumed::Suspended(())));
    coroutine
}

fn deeper(yielder: &Yielder<(), ()>) {
    yielder.suspend(());
}

#[test]
fn dropping_a_suspended_coroutine_drops_what_is_on_its_stack() {
    let count = Rc::default();
    let coroutine = suspended(&count);
    assert_eq!(count.get(), 0);
    drop(coroutine);
    assert_eq!(count.get(), 2);
}

#[test]
fn a_coroutine_that_returns_drops_everything_once() {
    let count = Rc::default();
    let mut coroutine = suspended(&count);
    assert!(matches!(coroutine.resume(()), Resumed::Returned(())));
    drop(coroutine);
    assert_eq!(count.get(), 2);
}

#[test]
fn a_panic_ends_one_coroutine_and_its_stack_serves_the_next() {
    let mut stacks = Stacks::new();
    let stack = stacks.take().expect("a stack");
    let mut broken = Coroutine::new(stack, |_: &Yielder<(), ()>, ()| panic!("broken on purpose"));
    assert!(matches!(broken.resume(()), Resumed::Panicked));
    stacks.put_back(broken);
    let stack = stacks.take().expect("a stack");
    let mut healthy = Coroutine::new(stack, |yielder: &Yielder<u32, u32>, first| yielder.suspend(first + 1));
    assert!(matches!(healthy.resume(1), Resumed::Suspended(2)));
    assert!(matches!(healthy.resume(3), Resumed::Returned(3)));
}
