//! Tasks that wait for something in order: the one that came first is woken first.
//!
//! *How it waits*: a waiter is removed from the list when it is woken. From then on, what it waited for belongs to it:
//! a task that comes later, and runs before the woken one is polled, cannot take it.
//!
//! *What to notice*: cancellation. A future can be dropped after it was woken and before it is polled. What it was woken
//! for must not be lost then, so every [`Waiter`] knows how to pass it on. All tools built on this are for the tasks of
//! one thread, as asyncio's are.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

/// The tasks that wait, in order.
#[derive(Debug, Default)]
pub(crate) struct Waiters(RefCell<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    next_number: u64,
    wakers: BTreeMap<u64, Waker>,
}

/// A task's place in the list. It calls `pass_on` if it was woken, and is dropped before it [accepts](Waiter::accept).
#[derive(Debug)]
pub(crate) struct Waiter<'w, P: FnMut()> {
    waiters: &'w Waiters,
    number: Option<u64>,
    pass_on: P,
}

impl Waiters {
    /// A new waiter. It enters the list, at the end, when it is first awaited or [enqueued](Waiter::enqueue).
    pub(crate) const fn waiter<P: FnMut()>(&self, pass_on: P) -> Waiter<'_, P> {
        Waiter { waiters: self, number: None, pass_on }
    }

    /// Wakes the one that has waited longest; false if none waits.
    pub(crate) fn wake_first(&self) -> bool {
        let first = self.0.borrow_mut().wakers.pop_first();
        first.map(|(_, waker)| waker.wake()).is_some()
    }
}

impl<P: FnMut()> Waiter<'_, P> {
    /// Waits until it is woken by [`Waiters::wake_first`].
    pub(crate) async fn woken(&mut self) {
        poll_fn(|context| self.poll(context)).await;
    }

    /// Takes what it was woken for, so that nothing is passed on.
    pub(crate) fn accept(mut self) {
        self.number = None;
    }

    /// Starts to wait before the first poll.
    pub(crate) fn enqueue(&mut self) {
        _ = self.poll(&Context::from_waker(Waker::noop()));
    }

    fn poll(&mut self, context: &Context<'_>) -> Poll<()> {
        let waiting = &mut *self.waiters.0.borrow_mut();
        let number = *self.number.get_or_insert_with(|| waiting.add());
        match waiting.wakers.get_mut(&number) {
            Some(waker) => {
                waker.clone_from(context.waker());
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}

impl Waiting {
    fn add(&mut self) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        self.wakers.insert(number, Waker::noop().clone());
        number
    }
}

impl<P: FnMut()> Drop for Waiter<'_, P> {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let waker = self.waiters.0.borrow_mut().wakers.remove(&number);
        if waker.is_none() {
            (self.pass_on)();
        }
    }
}
