//! Cancels a run, and can be waited on like a socket.

use std::io;
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asks a run to stop. Calls not started become [`Failure::Cancelled`](crate::Failure::Cancelled); those in flight end
/// no later than their deadline. Clones cancel the same run.
///
/// A flag alone would not wake a loop that sleeps in `epoll_wait`. So cancelling also ends a stream: after
/// [`cancel`](Cancel::cancel), [`socket`](Cancel::socket) is readable for ever, and for every clone.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Option<Arc<Pair>>);

/// What to wait on: readable once the run is cancelled.
#[cfg(unix)]
pub type CancelSocket = std::os::unix::net::UnixStream;
/// What to wait on: readable once the run is cancelled.
#[cfg(not(unix))]
pub type CancelSocket = std::net::TcpStream;

#[derive(Debug)]
struct Pair {
    cancelled: Arc<AtomicBool>,
    ours: CancelSocket,
    theirs: CancelSocket,
}

impl Cancel {
    /// Never cancelled; costs nothing.
    #[must_use]
    pub const fn never() -> Self {
        Self(None)
    }

    /// Not cancelled yet; takes two descriptors until the last clone is dropped.
    ///
    /// # Errors
    /// No descriptor was left.
    pub fn new() -> io::Result<Self> {
        let (ours, theirs) = pair()?;
        theirs.set_nonblocking(true)?;
        Ok(Self(Some(Arc::new(Pair { cancelled: Arc::default(), ours, theirs }))))
    }

    /// Cancels the run. This cannot be undone, and a second call changes nothing.
    pub fn cancel(&self) {
        if let Some(pair) = &self.0 {
            pair.cancelled.store(true, Ordering::Release);
            // It fails only if the other end is closed, and this pair owns the other end as well.
            let _ = pair.ours.shutdown(Shutdown::Both);
        }
    }

    /// What a signal handler needs to cancel the run, since it may not call [`cancel`](Self::cancel) (signal-safety(7)):
    /// it sets the flag, and then writes a byte to the socket, which stays there. `None` for a run that cannot be
    /// cancelled.
    ///
    /// # Errors
    /// No descriptor was left.
    pub fn for_signal_handlers(&self) -> io::Result<Option<(Arc<AtomicBool>, CancelSocket)>> {
        let handles = |pair: &Arc<Pair>| Ok((Arc::clone(&pair.cancelled), pair.ours.try_clone()?));
        self.0.as_ref().map(handles).transpose()
    }

    /// Whether the run is cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.as_ref().is_some_and(|pair| pair.cancelled.load(Ordering::Acquire))
    }

    /// The socket to wait on beside those of the calls; `None` for a run that cannot be cancelled. Wait until it is
    /// readable, but do not read from it.
    #[must_use]
    pub fn socket(&self) -> Option<&CancelSocket> {
        self.0.as_ref().map(|pair| &pair.theirs)
    }
}

#[cfg(unix)]
fn pair() -> io::Result<(CancelSocket, CancelSocket)> {
    CancelSocket::pair()
}

#[cfg(not(unix))]
fn pair() -> io::Result<(CancelSocket, CancelSocket)> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    let ours = CancelSocket::connect(listener.local_addr()?)?;
    loop {
        let (theirs, from) = listener.accept()?;
        if from == ours.local_addr()? {
            return Ok((ours, theirs));
        }
    }
}
