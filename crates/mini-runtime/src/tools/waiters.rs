//! A line of tasks that wait for their turn: first come, first served.
//!
//! *How it waits*: a turn is given to the one who has waited longest. From then on it is theirs: nobody who comes
//! later can take it before they are polled.
//!
//! *What to notice*: cancellation. A future can be dropped between being given its turn and being polled; then the
//! turn must not be lost. Every [`Turn`] therefore knows what to do with a turn that was given and not taken.
//! All tools built on this are for the tasks of one thread, as asyncio's are.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

/// Those who wait, in order.
#[derive(Debug, Default)]
pub(crate) struct Waiters(RefCell<Line>);

#[derive(Debug, Default)]
struct Line {
    next_ticket: u64,
    waiting: BTreeMap<u64, Waker>,
}

/// One place in the line. `pass_on` is called when the turn was given, but is dropped without being taken.
#[derive(Debug)]
pub(crate) struct Turn<'w, P: FnMut()> {
    waiters: &'w Waiters,
    ticket: Option<u64>,
    pass_on: P,
}

impl Waiters {
    /// A place at the end of the line, from the first time it is awaited or [lined up](Turn::line_up).
    pub(crate) const fn turn<P: FnMut()>(&self, pass_on: P) -> Turn<'_, P> {
        Turn { waiters: self, ticket: None, pass_on }
    }

    /// Gives a turn to the one who has waited longest; false, if nobody waits.
    pub(crate) fn give_turn(&self) -> bool {
        let first = self.0.borrow_mut().waiting.pop_first();
        first.map(|(_, waker)| waker.wake()).is_some()
    }
}

impl<P: FnMut()> Turn<'_, P> {
    /// Waits until the turn has come.
    pub(crate) async fn come(&mut self) {
        poll_fn(|context| self.poll(context)).await;
    }

    /// Takes the turn, which has come.
    pub(crate) fn take(mut self) {
        self.ticket = None;
    }

    /// Takes the place now, before the first poll.
    pub(crate) fn line_up(&mut self) {
        _ = self.poll(&Context::from_waker(Waker::noop()));
    }

    fn poll(&mut self, context: &Context<'_>) -> Poll<()> {
        let line = &mut *self.waiters.0.borrow_mut();
        let ticket = *self.ticket.get_or_insert_with(|| line.enter());
        match line.waiting.get_mut(&ticket) {
            Some(waker) => {
                waker.clone_from(context.waker());
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}

impl Line {
    fn enter(&mut self) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.waiting.insert(ticket, Waker::noop().clone());
        ticket
    }
}

impl<P: FnMut()> Drop for Turn<'_, P> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let waker = self.waiters.0.borrow_mut().waiting.remove(&ticket);
        if waker.is_none() {
            (self.pass_on)();
        }
    }
}
