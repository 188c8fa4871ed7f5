//! The semaphore, of which locks and queues are made, against a list of names: it is fair, and no cancellation loses a
//! permit.
#![cfg(not(any(loom, shuttle)))]

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use mini_runtime::{Permit, Semaphore};
use proptest::prelude::*;

/// A step in the life of a task that needs a permit.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Another one comes, and is polled once.
    Come,
    Poll(usize),
    /// The future is dropped, or the permit if it has one.
    Leave(usize),
}

enum One<'s> {
    Waits(Pin<Box<dyn Future<Output = Permit<'s>> + 's>>),
    Has { _permit: Permit<'s> },
    Gone,
}

/// The expected state: the tasks that wait, those that have a permit, and the number of permits left.
#[derive(Default)]
struct Model {
    free: usize,
    waiting: VecDeque<usize>,
    given: Vec<usize>,
}

impl Model {
    fn come(&mut self, name: usize) {
        if self.free > 0 {
            self.free -= 1;
            self.given.push(name);
        } else {
            self.waiting.push_back(name);
        }
    }

    fn leave(&mut self, name: usize) {
        self.waiting.retain(|other| *other != name);
        if let Some(place) = self.given.iter().position(|other| *other == name) {
            self.given.remove(place);
            match self.waiting.pop_front() {
                Some(next) => self.given.push(next),
                None => self.free += 1,
            }
        }
    }
}

fn poll<'s>(one: &mut One<'s>) -> bool {
    let One::Waits(future) = one else { return matches!(one, One::Has { .. }) };
    let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    if let Poll::Ready(permit) = polled {
        *one = One::Has { _permit: permit };
    }
    matches!(one, One::Has { .. })
}

proptest! {
    #[test]
    fn permits_are_given_in_order_and_none_is_lost(
        permits in 0..3_usize,
        steps in prop::collection::vec(prop_oneof![
            Just(Step::Come), (0..20_usize).prop_map(Step::Poll), (0..20_usize).prop_map(Step::Leave),
        ], 0..80),
    ) {
        let semaphore = Semaphore::new(permits);
        let (mut all, mut model) = (Vec::new(), Model { free: permits, ..Model::default() });
        for step in steps {
            match step {
                Step::Come => {
                    all.push(One::Waits(Box::pin(semaphore.acquire())));
                    let name = all.len() - 1;
                    model.come(name);
                    prop_assert_eq!(poll(&mut all[name]), model.given.contains(&name));
                }
                Step::Poll(name) if name < all.len() => {
                    prop_assert_eq!(poll(&mut all[name]), model.given.contains(&name));
                }
                Step::Leave(name) if name < all.len() => {
                    all[name] = One::Gone;
                    model.leave(name);
                }
                Step::Poll(_) | Step::Leave(_) => {}
            }
            prop_assert_eq!(semaphore.permits(), model.free);
        }
        drop(all);
        prop_assert_eq!(semaphore.permits(), permits);
    }
}
