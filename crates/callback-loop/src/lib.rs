//! An event loop to register callbacks with: asyncio before `await`, Node.js before promises.
//!
//! *How it waits*: in [`EventLoop::run_forever`], for all sockets, timers, messages and standard input at once. A
//! call that would block leaves a callback and returns to the loop, which calls it when the wait is over.
//!
//! *What to notice*: the loop is small and knows nothing of calls: one table of callbacks, and turns that run those
//! whose time has come (`event_loop.rs`). The pain is on the other side (`call.rs`, `diamond.rs`). What `serial` says
//! from top to bottom is five functions that name each other. What they share outlives each of them, so it lives in a
//! table. No error returns to whoever asked, as nobody is there any more. A deadline is another callback, and whichever
//! ends the call has to cancel the rest. Where three things have to be over, somebody counts to three.
//!
//! *What is deliberately missing*: a way to write it down in order. Generators give that back (`generator-style`), and
//! `async` is generators with a keyword. The loop has sockets that connect, but none that listen.

mod call;
mod diamond;
mod event_loop;
mod messages;
mod promise;
mod sources;
mod stdin;
mod timers;

pub use event_loop::EventLoop;
pub use messages::{Message, Sender};
pub use promise::Promise;
pub use readiness::Socket;
pub use sources::SourceId;
pub use timers::Handle;

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;

use downstream_call::{Call, Diamond, Failure, Model, Outcome, Run};
use readiness::Poller;

use call::Calls;

/// Makes calls on the caller's thread, with callbacks in an [`EventLoop`].
///
/// Each run has a loop of its own, whose callbacks may borrow the run and its calls, as an exchange does; the poller
/// is handed from loop to loop.
#[derive(Debug)]
pub struct CallbackLoop {
    /// Nothing after a run that broke: the next one opens another.
    poller: Option<Poller>,
    scratch: RefCell<Box<[u8]>>,
}

impl CallbackLoop {
    /// Opens the system's poller.
    ///
    /// # Errors
    /// No descriptor was left.
    pub fn new() -> io::Result<Self> {
        Ok(Self { poller: Some(Poller::new()?), scratch: RefCell::new(vec![0; 16 * 1024].into()) })
    }
}

impl Model for CallbackLoop {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        let all = &All::new(calls.len());
        let making = &Calls::new(run, &self.scratch);
        run_loop(&mut self.poller, (run, making), &all.over, |event_loop| {
            for (index, call) in calls.iter().enumerate() {
                making.call(event_loop, index, call, move |_, _, outcome| all.ended(index, outcome));
            }
        })
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        let (places, over) = &Default::default();
        let making = &Calls::new(run, &self.scratch);
        run_loop(&mut self.poller, (run, making), over, |event_loop| {
            diamond::start(event_loop, making, (plan, places), over);
        })
    }
}

/// Runs a loop from the first calls until the promise is kept.
fn run_loop<'h, T>(
    poller: &mut Option<Poller>,
    (run, calls): (&Run, &Rc<Calls<'h>>),
    over: &Promise<T>,
    start: impl FnOnce(&mut EventLoop<'h>),
) -> io::Result<T> {
    let mut event_loop = EventLoop::on(poller.take().map_or_else(Poller::new, Ok)?);
    let cancelled = Rc::clone(calls);
    event_loop.on_cancel(&run.cancel, move |event_loop| cancelled.cancel_all(event_loop))?;
    start(&mut event_loop);
    let value = event_loop.run_until_complete(over)?;
    *poller = Some(event_loop.into_poller()?);
    Ok(value)
}

/// The outcomes of a fan-out, and how many are missing.
struct All {
    outcomes: RefCell<Vec<Outcome>>,
    missing: Cell<usize>,
    over: Promise<Vec<Outcome>>,
}

impl All {
    fn new(length: usize) -> Self {
        let all = Self {
            outcomes: RefCell::new(vec![Err(Failure::Cancelled); length]),
            missing: Cell::new(length),
            over: Promise::new(),
        };
        all.keep_if_over();
        all
    }

    fn ended(&self, index: usize, outcome: Outcome) {
        self.outcomes.borrow_mut()[index] = outcome;
        self.missing.set(self.missing.get() - 1);
        self.keep_if_over();
    }

    fn keep_if_over(&self) {
        if self.missing.get() == 0 {
            self.over.keep(self.outcomes.take());
        }
    }
}
