//! From readiness to wakers, for sockets and for runs that may be cancelled.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use downstream_call::Cancel;
use readiness::{Interest, Key, Poller};
use slotmap::SlotMap;

use super::Core;

/// Wakes the task whose socket is ready.
pub(crate) struct Reactor {
    poller: Poller,
    ready: Vec<Key>,
    /// For each socket the waker of the task that waits for it, or `None` if no task does.
    sockets: SlotMap<Key, Option<Waker>>,
    cancels: SlotMap<Key, (Cancel, Option<Waker>)>,
}

impl Reactor {
    pub(crate) fn new() -> io::Result<(Self, readiness::Waker)> {
        let poller = Poller::new()?;
        let waker = poller.waker()?;
        let (ready, sockets, cancels) = (Vec::new(), SlotMap::new(), SlotMap::new());
        Ok((Self { poller, ready, sockets, cancels }, waker))
    }

    /// Waits, and adds the wakers of what has happened.
    pub(crate) fn wait(&mut self, until: Option<Instant>, woken: &mut Vec<Waker>) -> io::Result<()> {
        self.poller.wait(until, &mut self.ready)?;
        for key in self.ready.drain(..) {
            // An event for a closed socket finds no slot: the version in its key is an earlier one.
            woken.extend(self.sockets.get_mut(key).and_then(Option::take));
        }
        let cancelled = self.cancels.values_mut().filter(|(cancel, _)| cancel.is_cancelled());
        woken.extend(cancelled.filter_map(|(_, waker)| waker.take()));
        Ok(())
    }
}

impl fmt::Debug for Reactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reactor").field("sockets", &self.sockets.len()).finish_non_exhaustive()
    }
}

/// A TCP connection to await. It tries first, and waits only when it would block. Dropping it closes it.
/// (asyncio: `loop.sock_connect`, `sock_sendall`, `sock_recv`.)
pub struct Socket {
    inner: readiness::Socket,
    /// Its slot in the reactor, from the first time it has to wait.
    slot: Option<(Key, Rc<Core>)>,
}

impl Socket {
    /// Starts to connect. The first [`send`](Self::send) waits for the connection, and fails if there is none.
    ///
    /// # Errors
    /// The system has no descriptor or port left, or no route to `address`.
    pub fn connect(address: SocketAddr) -> io::Result<Self> {
        Ok(Self { inner: readiness::Socket::connect(address)?, slot: None })
    }

    /// Sends as many bytes as the system accepts, at least one, and returns how many those were.
    ///
    /// # Errors
    /// The connection failed.
    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.attempt(Interest::Writable, |socket| socket.send(bytes)).await
    }

    /// Receives the bytes that have arrived, at least one, and returns how many those were: 0 at the end.
    ///
    /// # Errors
    /// The connection failed.
    pub async fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.attempt(Interest::Readable, |socket| socket.receive(buffer)).await
    }

    /// Calls `action` now, and again whenever the socket is ready, until it returns anything but `WouldBlock`. A buffer
    /// that `action` borrows is not borrowed while this waits.
    ///
    /// # Errors
    /// That of `action`, or the system has no memory left to watch the socket.
    pub fn attempt<T>(
        &mut self,
        interest: Interest,
        mut action: impl FnMut(&mut readiness::Socket) -> io::Result<T>,
    ) -> impl Future<Output = io::Result<T>> {
        poll_fn(move |context| match action(&mut self.inner) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => match self.watch(interest, context) {
                Ok(()) => Poll::Pending,
                Err(error) => Poll::Ready(Err(error)),
            },
            result => Poll::Ready(result),
        })
    }

    fn watch(&mut self, interest: Interest, context: &Context<'_>) -> io::Result<()> {
        let insert = || {
            let core = Core::current();
            let key = core.reactor.borrow_mut().sockets.insert(None);
            (key, core)
        };
        let (key, core) = self.slot.get_or_insert_with(insert);
        let mut reactor = core.reactor.borrow_mut();
        reactor.poller.watch(&mut self.inner, *key, interest)?;
        reactor.sockets[*key] = Some(context.waker().clone());
        Ok(())
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Some((key, core)) = self.slot.take() {
            let waker = core.reactor.borrow_mut().sockets.remove(key);
            drop(waker);
        }
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// Waits until the run is cancelled.
pub(crate) struct Cancelled<'run> {
    cancel: &'run Cancel,
    key: Key,
    core: Rc<Core>,
}

impl<'run> Cancelled<'run> {
    /// Starts to watch the run. Where the system has no memory for it, a cancelled run is noticed when the next call
    /// has news or its deadline.
    pub(crate) fn watch(cancel: &'run Cancel) -> Self {
        let core = Core::current();
        let mut reactor = core.reactor.borrow_mut();
        _ = reactor.poller.watch_cancel(cancel);
        let key = reactor.cancels.insert((cancel.clone(), None));
        drop(reactor);
        Self { cancel, key, core }
    }
}

impl Future for Cancelled<'_> {
    type Output = ();

    fn poll(self: std::pin::Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.cancel.is_cancelled() {
            return Poll::Ready(());
        }
        self.core.reactor.borrow_mut().cancels[self.key].1 = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Cancelled<'_> {
    fn drop(&mut self) {
        let mut reactor = self.core.reactor.borrow_mut();
        // It fails only if the run was not watched.
        _ = reactor.poller.forget_cancel(self.cancel);
        let watched = reactor.cancels.remove(self.key);
        drop(reactor);
        drop(watched);
    }
}
