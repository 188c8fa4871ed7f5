//! Waiting for many sockets at once.

use std::io;
#[cfg(unix)]
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use downstream_call::Cancel;
use mio::event::Source;
use mio::{Events, Poll, Registry, Token};
use slotmap::{Key as _, KeyData};

use crate::{Interest, Key, Socket};

/// Waits for many sockets at once; one for each loop.
#[derive(Debug)]
pub struct Poller {
    poll: Poll,
    events: Events,
    #[cfg(feature = "chaos")]
    chaos: crate::chaos::Chaos,
}

/// Wakes a [`Poller`] from any thread.
#[derive(Clone, Debug)]
pub struct Waker(Arc<mio::Waker>);

/// So many events come back from one wait, at most.
const BATCH: usize = 1024;

/// Wake-ups that are nobody's socket: a [`Waker`]'s, or a cancelled run's. Versions in keys begin at 1.
const NOBODY: Token = Token(0);

impl Poller {
    /// Opens the system's poller.
    ///
    /// # Errors
    /// No descriptor was left.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            poll: Poll::new()?,
            events: Events::with_capacity(BATCH),
            #[cfg(feature = "chaos")]
            chaos: crate::chaos::Chaos::default(),
        })
    }

    /// Reports `key` when `socket`, which would block now, no longer does. Watching lasts until the socket is
    /// dropped, so asking again for the same interest costs nothing.
    ///
    /// # Errors
    /// The system has no memory left for it.
    pub fn watch(&self, socket: &mut Socket, key: Key, interest: Interest) -> io::Result<()> {
        #[cfg(feature = "chaos")]
        self.chaos.watch(&mut socket.chaos, key);
        if socket.watched == Some(interest) {
            return Ok(());
        }
        let first = socket.watched.replace(interest).is_none();
        let interest = system_interest(interest);
        let (registry, stream) = (self.poll.registry(), &mut socket.stream);
        if first {
            stream.register(registry, token(key), interest)
        } else {
            stream.reregister(registry, token(key), interest)
        }
    }

    /// Reports `key` when `descriptor` becomes ready, until [`forget_descriptor`](Self::forget_descriptor). It stays
    /// its owner's, blocking or not: standard input, say, which other programs share.
    ///
    /// # Errors
    /// `PermissionDenied` for a file on a disk: those never block, and Linux refuses to watch them (epoll_ctl(2),
    /// EPERM). `AlreadyExists` where it is watched already.
    #[cfg(unix)]
    pub fn watch_descriptor(
        &self,
        descriptor: BorrowedFd<'_>,
        key: Key,
        interest: Interest,
    ) -> io::Result<()> {
        let source = &mut mio::unix::SourceFd(&descriptor.as_raw_fd());
        source.register(self.registry(), token(key), system_interest(interest))
    }

    /// Ends what [`watch_descriptor`](Self::watch_descriptor) began.
    ///
    /// # Errors
    /// It had not begun.
    #[cfg(unix)]
    pub fn forget_descriptor(&self, descriptor: BorrowedFd<'_>) -> io::Result<()> {
        mio::unix::SourceFd(&descriptor.as_raw_fd()).deregister(self.registry())
    }

    /// Waits until a socket is ready, `until` has passed or somebody wakes it, and adds the keys that are ready.
    /// Never early by the clock, but a wait may end for nothing.
    ///
    /// # Errors
    /// The system's poller is gone.
    pub fn wait(&mut self, until: Option<Instant>, ready: &mut Vec<Key>) -> io::Result<()> {
        // mio rounds up to the next millisecond where the system counts in those.
        let timeout = until.map(|until| until.saturating_duration_since(Instant::now()).min(HOUR));
        #[cfg(feature = "chaos")]
        let timeout = self.chaos.hurry(timeout);
        match self.poll.poll(&mut self.events, timeout) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        let keys = self.events.iter().filter(|event| event.token() != NOBODY);
        ready.extend(keys.map(|event| Key::from(KeyData::from_ffi(event.token().0 as u64))));
        #[cfg(feature = "chaos")]
        self.chaos.disturb(ready);
        Ok(())
    }

    /// Wakes up when the run is cancelled, from now on until [`forget_cancel`](Self::forget_cancel).
    ///
    /// # Errors
    /// The system has no memory left for it.
    pub fn watch_cancel(&self, cancel: &Cancel) -> io::Result<()> {
        on_cancel_socket(cancel, |source| source.register(self.registry(), NOBODY, mio::Interest::READABLE))
    }

    /// Ends what [`watch_cancel`](Self::watch_cancel) began.
    ///
    /// # Errors
    /// It had not begun.
    pub fn forget_cancel(&self, cancel: &Cancel) -> io::Result<()> {
        on_cancel_socket(cancel, |source| source.deregister(self.registry()))
    }

    /// A handle that ends a wait from outside; one for each poller.
    ///
    /// # Errors
    /// No descriptor was left.
    pub fn waker(&self) -> io::Result<Waker> {
        Ok(Waker(Arc::new(mio::Waker::new(self.registry(), NOBODY)?)))
    }

    fn registry(&self) -> &Registry {
        self.poll.registry()
    }
}

impl Waker {
    /// Ends the poller's wait, or else its next one. Several wakes may become one.
    ///
    /// # Errors
    /// The poller is gone.
    pub fn wake(&self) -> io::Result<()> {
        self.0.wake()
    }
}

/// Longer waits end for nothing once an hour: no system's longest timeout is shorter.
const HOUR: Duration = Duration::from_secs(3600);

fn system_interest(interest: Interest) -> mio::Interest {
    match interest {
        Interest::Readable => mio::Interest::READABLE,
        Interest::Writable => mio::Interest::WRITABLE,
        Interest::Either => mio::Interest::READABLE | mio::Interest::WRITABLE,
    }
}

fn token(key: Key) -> Token {
    Token(key.data().as_ffi() as usize)
}

#[cfg(unix)]
fn on_cancel_socket(cancel: &Cancel, act: impl FnOnce(&mut dyn Source) -> io::Result<()>) -> io::Result<()> {
    match cancel.socket() {
        Some(socket) => act(&mut mio::unix::SourceFd(&socket.as_raw_fd())),
        None => Ok(()),
    }
}

/// Where mio watches only sockets of its own, a run that is cancelled is noticed at the loop's next turn.
#[cfg(not(unix))]
fn on_cancel_socket(_: &Cancel, _: impl FnOnce(&mut dyn Source) -> io::Result<()>) -> io::Result<()> {
    Ok(())
}
