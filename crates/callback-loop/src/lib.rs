//! An event loop to register callbacks with: asyncio before `await`, Node.js before promises.
//!
//! *How it waits*: in [`EventLoop::run_forever`], for all sockets, timers, messages and standard input at once. A call
//! that would block registers a callback and returns to the loop, which runs the callback when the wait is over.
//!
//! *What to notice*: the loop is small and knows nothing of calls: it is a table of callbacks, and turns that run those
//! that are due (`event_loop.rs`). The difficulty is in the code that uses it (`call.rs`, `diamond.rs`). What `serial`
//! does from top to bottom takes five functions here, each of which names the next. The state they share outlives each
//! of them, so it is kept in a table. No error returns to the function that asked, because that function has returned
//! long ago. A deadline is another callback, and the callback that ends a call has to cancel the others.
//!
//! *What is deliberately missing*: a way to write the steps down in order. Generators give that back
//! (`generator-style`), and `async` is generators with a keyword. The loop has sockets that connect, but none that
//! listen.

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

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use downstream_call::{Call, Diamond, Model, Outcome, Run};
use readiness::Poller;

use call::Client;
use diamond::Steps;

/// Makes calls on the caller's thread, with callbacks in an [`EventLoop`].
///
/// Each run has a loop of its own, whose callbacks may borrow the run and its calls, as an exchange does. The loops use
/// the same poller, one after the other.
#[derive(Debug)]
pub struct CallbackLoop {
    /// `None` after a run that failed: the next run opens another.
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
        let over = &Promise::new();
        run_loop(&mut self.poller, run, &Client::new(&self.scratch), over, |event_loop, client| {
            client.fan_out(event_loop, run, calls, move |_, _, outcomes| over.keep(outcomes));
        })
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        let (steps, over) = (&Steps::new(run, plan), &Promise::new());
        run_loop(&mut self.poller, run, &Client::new(&self.scratch), over, |event_loop, client| {
            diamond::start(event_loop, client, steps, over);
        })
    }
}

/// Runs a loop from the first calls until the promise is kept.
fn run_loop<'h, T>(
    poller: &mut Option<Poller>,
    run: &Run,
    client: &Rc<Client<'h>>,
    over: &Promise<T>,
    start: impl FnOnce(&mut EventLoop<'h>, &Rc<Client<'h>>),
) -> io::Result<T> {
    let mut event_loop = EventLoop::on(poller.take().map_or_else(Poller::new, Ok)?);
    let cancelled = Rc::clone(client);
    // Where the system has no memory for it, a cancelled run is noticed when the next call ends.
    _ = event_loop.on_cancel(&run.cancel, move |event_loop| cancelled.cancel_all(event_loop));
    start(&mut event_loop, client);
    let value = event_loop.run_until_complete(over)?;
    *poller = Some(event_loop.into_poller());
    Ok(value)
}
