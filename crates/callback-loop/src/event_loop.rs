//! The loop itself: one table of callbacks, and turns that run those that are due.

use std::any::TypeId;
use std::collections::{HashMap, VecDeque};
use std::io;
use std::mem;
use std::time::Instant;

use downstream_call::Cancel;
use readiness::{Key, Poller};
use slotmap::SlotMap;

use crate::messages::{Mailbox, MessageHandler};
use crate::promise::Promise;
use crate::sources::Source;
use crate::timers::Timers;

/// An event loop: callbacks wait in it for their turn, their time, their socket or their message (asyncio:
/// `asyncio.EventLoop`).
///
/// A callback gets the loop itself, so it may add, cancel and remove callbacks. Callbacks may borrow values that live
/// longer than the loop (`'h`).
///
/// A panic in a callback unwinds out of [`run_forever`](Self::run_forever). That callback is gone; everything else is
/// unchanged, and the loop can be run again. (asyncio logs the exception and goes on.)
///
/// ```
/// use callback_loop::EventLoop;
/// use std::time::Duration;
///
/// let mut event_loop = EventLoop::new()?;
/// event_loop.call_later(Duration::from_millis(2), |event_loop| event_loop.stop());
/// event_loop.call_soon(|_| println!("soon"));
/// event_loop.run_forever()?;
/// # std::io::Result::Ok(())
/// ```
pub struct EventLoop<'h> {
    pub(crate) poller: Poller,
    /// All callbacks that wait. Everything else holds keys into this table; the key of a callback that has run, or was
    /// cancelled, finds nothing.
    pub(crate) callbacks: Callbacks<'h>,
    /// The callbacks that run next, in this order.
    pub(crate) ready: VecDeque<Key>,
    pub(crate) timers: Timers,
    pub(crate) sources: SlotMap<Key, Source>,
    pub(crate) cancels: Vec<(Cancel, Key)>,
    pub(crate) mailbox: Option<Mailbox>,
    /// By the type of the message. `None` while the handler runs.
    pub(crate) message_handlers: HashMap<TypeId, Option<MessageHandler<'h>>>,
    events: Vec<Key>,
    running: bool,
    stopping: bool,
}

/// A function that the loop calls once.
pub(crate) type Callback<'h> = Box<dyn FnOnce(&mut EventLoop<'h>) + 'h>;

pub(crate) type Callbacks<'h> = SlotMap<Key, Callback<'h>>;

impl<'h> EventLoop<'h> {
    /// Opens the system's poller (asyncio: `asyncio.new_event_loop`).
    ///
    /// # Errors
    /// No descriptor was left.
    pub fn new() -> io::Result<Self> {
        Ok(Self::on(Poller::new()?))
    }

    /// A loop on a poller that was used before.
    pub(crate) fn on(poller: Poller) -> Self {
        Self {
            poller,
            callbacks: SlotMap::new(),
            ready: VecDeque::new(),
            timers: Timers::default(),
            sources: SlotMap::new(),
            cancels: Vec::new(),
            mailbox: None,
            message_handlers: HashMap::new(),
            events: Vec::new(),
            running: false,
            stopping: false,
        }
    }

    /// Returns the poller for the next loop. It no longer watches anything.
    pub(crate) fn into_poller(self) -> Poller {
        for (cancel, _) in &self.cancels {
            // It fails only if the run is not watched.
            _ = self.poller.forget_cancel(cancel);
        }
        self.poller
    }

    /// Runs until [`stop`](Self::stop) is called, or until nothing is left to wait for: no callback, timer or socket,
    /// and no [`Sender`](crate::Sender) (asyncio: `loop.run_forever`, which would then sleep for ever).
    ///
    /// # Errors
    /// The loop is running already: a callback may not run it. Or the system's poller failed.
    pub fn run_forever(&mut self) -> io::Result<()> {
        self.run(|| false)
    }

    /// Runs until the promise is kept, and takes its value (asyncio: `loop.run_until_complete`).
    ///
    /// # Errors
    /// The loop was stopped first, or nothing was left to wait for; and as [`run_forever`](Self::run_forever).
    pub fn run_until_complete<T>(&mut self, promise: &Promise<T>) -> io::Result<T> {
        self.run(|| promise.is_kept())?;
        let unkept =
            "the loop ended before the promise was kept: it was stopped, or had nothing left to wait for";
        promise.take().ok_or_else(|| io::Error::other(unkept))
    }

    /// Ends the run after this turn: callbacks that are ready still run, those that they add do not (asyncio:
    /// `loop.stop`). Called before a run, it limits that run to one turn, which does not wait.
    pub fn stop(&mut self) {
        self.stopping = true;
    }

    fn run(&mut self, is_over: impl Fn() -> bool) -> io::Result<()> {
        if mem::replace(&mut self.running, true) {
            return Err(io::Error::other(
                "this event loop is running already: a callback has to return to it",
            ));
        }
        let guard = RunGuard(self);
        while !is_over() && !guard.0.nothing_left() {
            guard.0.turn()?;
            if mem::take(&mut guard.0.stopping) {
                break;
            }
        }
        Ok(())
    }

    fn turn(&mut self) -> io::Result<()> {
        self.wait()?;
        self.notice_cancelled();
        self.collect_events();
        self.expire();
        self.deliver();
        self.advance();
        Ok(())
    }

    /// Wait: until something happens or the first timer is due. Does not block while there is something to do.
    fn wait(&mut self) -> io::Result<()> {
        let busy = self.stopping || !self.ready.is_empty() || self.has_mail();
        let until = if busy { Some(Instant::now()) } else { self.timers.earliest() };
        self.poller.wait(until, &mut self.events)
    }

    /// Collect: the callbacks of sources that are ready.
    fn collect_events(&mut self) {
        for key in self.events.drain(..) {
            if let Some(source) = self.sources.get(key) {
                self.ready.extend(source.waiting());
            }
        }
    }

    /// Expire: timers that are due.
    fn expire(&mut self) {
        let now = Instant::now();
        while let Some(key) = self.timers.expired(now) {
            self.ready.push_back(key);
        }
    }

    /// Advance: run what is ready now. Callbacks that they add run in the next turn, so that no chain of callbacks can
    /// keep the loop from its sockets. Keys leave the queue one by one, so that a panic does not lose those behind it.
    fn advance(&mut self) {
        for _ in 0..self.ready.len() {
            let callback = self.ready.pop_front().and_then(|key| self.callbacks.remove(key));
            if let Some(callback) = callback {
                callback(self);
            }
        }
    }

    fn nothing_left(&self) -> bool {
        !self.stopping && self.callbacks.is_empty() && !self.has_senders() && !self.has_mail()
    }
}

/// Marks the run as over when it is dropped, so that the loop can be run again even after a panic.
struct RunGuard<'run, 'h>(&'run mut EventLoop<'h>);

impl Drop for RunGuard<'_, '_> {
    fn drop(&mut self) {
        self.0.running = false;
    }
}
