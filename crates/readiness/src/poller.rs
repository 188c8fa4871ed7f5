//! Waits for many sockets at once.

use std::io;
#[cfg(unix)]
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use downstream_call::Cancel;
use mio::event::Source;
use mio::{Events, Poll, Registry, Token};
use slotmap::{Key as _, KeyData};

use crate::Key;
use crate::socket::{Interest, Socket};

/// Waits for many sockets at once. Each loop has a poller of its own.
///
/// ```
/// use readiness::{Interest, Key, Poller, Socket};
/// use std::io::{ErrorKind, Write};
///
/// # let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
/// # let address = listener.local_addr()?;
/// let mut poller = Poller::new()?;
/// let mut sockets = slotmap::SlotMap::<Key, Socket>::new();
/// let key = sockets.insert(Socket::connect(address)?);
/// # let (mut peer, _) = listener.accept()?;
/// # peer.write_all(b"hello")?;
///
/// let mut scratch = [0; 64];
/// let length = loop {
///     // Try first: only a socket that would block is worth waiting for.
///     match sockets[key].receive(&mut scratch) {
///         Err(error) if error.kind() == ErrorKind::WouldBlock => {}
///         result => break result?,
///     }
///     poller.watch(&mut sockets[key], key, Interest::Readable)?;
///     let mut ready = Vec::new();
///     while !ready.contains(&key) {
///         poller.wait(None, &mut ready)?;
///     }
/// };
/// assert!(b"hello".starts_with(&scratch[..length]));
/// # std::io::Result::Ok(())
/// ```
#[derive(Debug)]
pub struct Poller {
    poll: Poll,
    events: Events,
}

/// Wakes a [`Poller`](crate::Poller) from any thread.
#[derive(Clone, Debug)]
pub struct Waker(Arc<mio::Waker>);

/// The largest number of events that one wait reports; the next wait reports the rest.
const BATCH: usize = 1024;

/// The token of events that belong to no socket: those of a [`Waker`] or of a cancelled run. It is never a key's,
/// since versions in keys begin at 1.
const NO_SOCKET: Token = Token(0);

impl Poller {
    /// Opens the system's poller: epoll, kqueue or IOCP.
    ///
    /// # Errors
    /// The process has no descriptor left.
    pub fn new() -> io::Result<Self> {
        Ok(Self { poll: Poll::new()?, events: Events::with_capacity(BATCH) })
    }

    /// Reports `key` when `socket`, which would block now, no longer does. Watching lasts until the socket is
    /// dropped; to ask again for the same interest costs nothing.
    ///
    /// # Errors
    /// The system has no memory left to watch it.
    pub fn watch(&self, socket: &mut Socket, key: Key, interest: Interest) -> io::Result<()> {
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

    /// Reports `key` when `descriptor` becomes ready, until [`forget_descriptor`](Self::forget_descriptor). The
    /// descriptor itself is left as it is, blocking or not, because other programs may share it (standard input).
    ///
    /// # Errors
    /// `PermissionDenied` for a file on a disk: those never block, and Linux refuses to watch them (epoll_ctl(2),
    /// EPERM). `AlreadyExists` where the system says that it is watched already.
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

    /// Stops watching a descriptor.
    ///
    /// # Errors
    /// `NotFound`: it was not watched.
    #[cfg(unix)]
    pub fn forget_descriptor(&self, descriptor: BorrowedFd<'_>) -> io::Result<()> {
        mio::unix::SourceFd(&descriptor.as_raw_fd()).deregister(self.registry())
    }

    /// Blocks until a socket is ready, the deadline `until` passes, or another thread wakes the poller; then adds the
    /// keys of all sockets that are ready. Without a deadline it may block for ever.
    ///
    /// A wait may also end with nothing ready and before the deadline, so read the clock again before you decide that
    /// the deadline has passed. One that ends because of the deadline never ends early: the time is rounded up.
    ///
    /// # Errors
    /// The system could not wait.
    pub fn wait(&mut self, until: Option<Instant>, ready: &mut Vec<Key>) -> io::Result<()> {
        // mio rounds up to the next millisecond where the system counts in those.
        let timeout = until.map(|until| until.saturating_duration_since(Instant::now()).min(HOUR));
        match self.poll.poll(&mut self.events, timeout) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        let keys = self.events.iter().filter(|event| event.token() != NO_SOCKET);
        ready.extend(keys.map(|event| Key::from(KeyData::from_ffi(event.token().0 as u64))));
        Ok(())
    }

    /// Ends waits when the run is cancelled, until [`forget_cancel`](Self::forget_cancel). A cancelled run has no key:
    /// ask [`Cancel::is_cancelled`] after each wait.
    ///
    /// # Errors
    /// The system has no memory left to watch it. `AlreadyExists`: this poller watches it already.
    pub fn watch_cancel(&self, cancel: &Cancel) -> io::Result<()> {
        on_cancel_socket(cancel, |source| {
            source.register(self.registry(), NO_SOCKET, mio::Interest::READABLE)
        })
    }

    /// Stops watching for a run's cancellation.
    ///
    /// # Errors
    /// `NotFound`: it was not watched.
    pub fn forget_cancel(&self, cancel: &Cancel) -> io::Result<()> {
        on_cancel_socket(cancel, |source| source.deregister(self.registry()))
    }

    /// A handle that ends a wait from another thread. A poller can have one; clone it where several are needed.
    ///
    /// # Errors
    /// The process has no descriptor left.
    pub fn waker(&self) -> io::Result<Waker> {
        Ok(Waker(Arc::new(mio::Waker::new(self.registry(), NO_SOCKET)?)))
    }

    fn registry(&self) -> &Registry {
        self.poll.registry()
    }
}

impl Waker {
    /// Ends the poller's wait, or its next one if it is not waiting now. Several wakes may end one wait together.
    ///
    /// # Errors
    /// The system could not signal the poller.
    pub fn wake(&self) -> io::Result<()> {
        self.0.wake()
    }
}

/// The longest timeout that the system is given, since some systems allow no more than weeks. A longer wait ends once
/// an hour with nothing ready.
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

/// On this system mio watches only its own sockets, so a loop notices a cancelled run only after something else has
/// ended its wait.
#[cfg(not(unix))]
fn on_cancel_socket(_: &Cancel, _: impl FnOnce(&mut dyn Source) -> io::Result<()>) -> io::Result<()> {
    Ok(())
}
