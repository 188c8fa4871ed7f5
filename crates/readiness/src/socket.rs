//! A TCP connection that never blocks.

use std::io::{self, Read, Write};
use std::net::SocketAddr;

use mio::net::TcpStream;

/// What to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// There is something to receive, or the end.
    Readable,
    /// There is room to send, or the connection stands or failed.
    Writable,
    /// One or the other, whichever comes first; what comes is not told, so both have to be tried.
    Either,
}

/// A TCP connection that never blocks; closed when dropped, which also ends its watching.
#[derive(Debug)]
pub struct Socket {
    pub(crate) stream: TcpStream,
    pub(crate) watched: Option<Interest>,
    #[cfg(feature = "chaos")]
    pub(crate) chaos: crate::chaos::SocketChaos,
}

impl Socket {
    /// Begins to connect. The first [`send`](Self::send) tells how it went.
    ///
    /// # Errors
    /// The system has no descriptor, no port or no route left.
    pub fn connect(address: SocketAddr) -> io::Result<Self> {
        Ok(Self {
            stream: TcpStream::connect(address)?,
            watched: None,
            #[cfg(feature = "chaos")]
            chaos: crate::chaos::SocketChaos::default(),
        })
    }

    /// Sends what fits into the system's buffer; how much that was.
    ///
    /// # Errors
    /// `WouldBlock` while nothing fits, or while the connection does not stand; why it never will, otherwise.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        #[cfg(feature = "chaos")]
        let bytes = self.chaos.part(bytes)?;
        retry(|| self.stream.write(bytes)).map_err(|error| match error.kind() {
            // What Linux calls EAGAIN while a socket connects is ENOTCONN elsewhere.
            io::ErrorKind::NotConnected => io::ErrorKind::WouldBlock.into(),
            _ => error,
        })
    }

    /// Receives what is there; 0 at the end.
    ///
    /// # Errors
    /// `WouldBlock` while there is nothing; why there never will be, otherwise.
    pub fn receive(&mut self, scratch: &mut [u8]) -> io::Result<usize> {
        #[cfg(feature = "chaos")]
        let scratch = self.chaos.part_mut(scratch)?;
        retry(|| self.stream.read(scratch))
    }
}

/// A signal's handler may have run meanwhile (signal(7), EINTR); that is nobody's failure.
fn retry(mut attempt: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match attempt() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
