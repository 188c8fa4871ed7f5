//! A TCP connection that never blocks.

use std::io::{self, Read, Write};
use std::net::SocketAddr;

use mio::net::TcpStream;

/// What to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// There is something to receive: bytes, the end of the stream, or an error.
    Readable,
    /// There is room to send, or connecting has succeeded or failed.
    Writable,
    /// One or the other, whichever comes first. The event does not say which, so try both.
    Either,
}

/// A TCP connection that never blocks. Dropping it closes it, and a [`Poller`](crate::Poller) stops watching it.
///
/// ```
/// use readiness::Socket;
/// use std::io::{ErrorKind, Read};
///
/// # let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
/// # let address = listener.local_addr()?;
/// let mut socket = Socket::connect(address)?;
/// let (mut peer, _) = listener.accept()?;
/// // The peer has sent nothing, and `receive` does not wait for it.
/// assert_eq!(socket.receive(&mut [0; 64]).unwrap_err().kind(), ErrorKind::WouldBlock);
///
/// let mut rest: &[u8] = b"hello";
/// while !rest.is_empty() {
///     match socket.send(rest) {
///         Ok(count) => rest = &rest[count..],
///         // A program with something else to do would use a `Poller` here.
///         Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
///         Err(error) => return Err(error),
///     }
/// }
/// drop(socket);
/// let mut received = String::new();
/// peer.read_to_string(&mut received)?;
/// assert_eq!(received, "hello");
/// # Ok(())
/// ```
#[derive(Debug)]
pub struct Socket {
    pub(crate) stream: TcpStream,
    pub(crate) watched: Option<Interest>,
}

impl Socket {
    /// Starts to connect. The first [`send`](Self::send) that does not block reports whether that succeeded.
    ///
    /// # Errors
    /// The system has no descriptor or port left, or no route to `address`.
    pub fn connect(address: SocketAddr) -> io::Result<Self> {
        Ok(Self { stream: TcpStream::connect(address)?, watched: None })
    }

    /// Sends as many bytes as fit into the system's buffer, and returns how many those were.
    ///
    /// # Errors
    /// `WouldBlock` while nothing fits or the socket is still connecting. Any other error is the end of the
    /// connection: it was refused or reset, for example.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        retry(|| self.stream.write(bytes)).map_err(|error| match error.kind() {
            // While a socket connects, Linux returns EAGAIN, and other systems return ENOTCONN.
            io::ErrorKind::NotConnected => io::ErrorKind::WouldBlock.into(),
            _ => error,
        })
    }

    /// Receives the bytes that have arrived, as many as `scratch` holds, and returns how many those were: 0 once the
    /// peer has sent everything.
    ///
    /// # Errors
    /// `WouldBlock` while nothing has arrived. Any other error is the end of the connection.
    pub fn receive(&mut self, scratch: &mut [u8]) -> io::Result<usize> {
        retry(|| self.stream.read(scratch))
    }
}

/// Tries again after `EINTR`: the handler of a signal ran, and nothing failed (signal(7)).
fn retry(mut attempt: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match attempt() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
