//! The loop itself: one table of callbacks, and turns that run those whose time has come.

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
/// A callback gets the loop itself, so it may add, cancel and remove whatever it likes, itself included. Callbacks
/// may borrow what lives longer than the loop (`'h`).
///
/// A panic in a callback unwinds out of [`run_forever`](Self::run_forever). That callback is gone; everything else
/// is as it was, and the loop can be run again. (asyncio logs the exception and goes on.)
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
    /// Everything that waits. All else holds keys into this table; the key of a callback that ran, or was
    /// cancelled, finds nothing.
    pub(crate) callbacks: Callbacks<'h>,
    /// Whose turn it is, in this order.
    pub(crate) ready: VecDeque<Key>,
    pub(crate) timers: Timers,
    pub(crate) sources: SlotMap<Key, Source>,
    pub(crate) cancels: Vec<(Cancel, Key)>,
    pub(crate) mailbox: Option<Mailbox>,
    /// By the type of the message. Nothing is there while the handler runs.
    pub(crate) message_handlers: HashMap<TypeId, Option<MessageHandler<'h>>>,
    events: Vec<Key>,
    running: bool,
    stopping: bool,
}

/// What the loop calls, once.
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

    /// The poller, for the next loop: it watches nothing any more.
    pub(crate) fn into_poller(self) -> Poller {
        for (cancel, _) in &self.cancels {
            // It fails only if the run is not watched.
            _ = self.poller.forget_cancel(cancel);
        }
        self.poller
    }

    /// Runs until somebody calls [`stop`](Self::stop), or until nothing is left that could ever happen (asyncio:
    /// `loop.run_forever`, which would sleep for ever then). A callback, a timer, a socket that is waited for and a
    /// [`Sender`](crate::Sender) are something that could happen.
    ///
    /// # Errors
    /// The loop is running already: a callback may not run it. The system's poller is gone.
    pub fn run_forever(&mut self) -> io::Result<()> {
        self.run(|| false)
    }

    /// Runs until the promise is kept, and takes its value (asyncio: `loop.run_until_complete`).
    ///
    /// # Errors
    /// The loop was stopped before, or nothing was left that could have kept the promise; and as
    /// [`run_forever`](Self::run_forever).
    pub fn run_until_complete<T>(&mut self, promise: &Promise<T>) -> io::Result<T> {
        self.run(|| promise.is_kept())?;
        let unkept =
            "the loop ended before the promise was kept: it was stopped, or had nothing left to wait for";
        promise.take().ok_or_else(|| io::Error::other(unkept))
    }

    /// Ends the run with this turn: what is ready still runs, what that adds does not (asyncio: `loop.stop`). Before
    /// a run, it makes that run one turn that does not wait.
    pub fn stop(&mut self) {
        self.stopping = true;
    }

    fn run(&mut self, is_over: impl Fn() -> bool) -> io::Result<()> {
        if mem::replace(&mut self.running, true) {
            return Err(io::Error::other(
                "this event loop is running already: a callback has to return to it",
            ));
        }
        let running = Running(self);
        while !is_over() && !running.0.nothing_left() {
            running.0.turn()?;
            if mem::take(&mut running.0.stopping) {
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

    /// Wait: until something happens or the first timer is due; not at all while there is something to do.
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

    /// Expire: timers whose time has come.
    fn expire(&mut self) {
        let now = Instant::now();
        while let Some(key) = self.timers.expired(now) {
            self.ready.push_back(key);
        }
    }

    /// Advance: run what is ready now. What a callback adds has to wait for the next turn, so that no chain of
    /// callbacks can keep the loop from its sockets. Keys leave the queue one by one: what comes after a panic is
    /// still there.
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

/// A run that ends however it ends: a panic as well leaves a loop that can be run again.
struct Running<'run, 'h>(&'run mut EventLoop<'h>);

impl Drop for Running<'_, '_> {
    fn drop(&mut self) {
        self.0.running = false;
    }
}
