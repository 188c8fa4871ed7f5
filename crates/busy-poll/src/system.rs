//! The system calls of a socket that never blocks.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;

use downstream_call::Call;
use rustix::io::Errno;
use socket2::{Domain, Protocol, Socket, Type};

/// A socket that begins to connect: `EINPROGRESS` is the usual answer (connect(2)). Windows returns `WSAEWOULDBLOCK`.
pub(crate) fn connect(call: &Call) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(call.address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    match socket.connect(&call.address.into()) {
        Err(error) if !in_progress(&error) => Err(error),
        _ => Ok(socket.into()),
    }
}

/// Returns how many of `bytes` the system took.
pub(crate) fn send(mut socket: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    socket.write(bytes).map_err(not_yet)
}

/// Returns how many bytes were received: 0 at the end of the stream.
pub(crate) fn receive(mut socket: &TcpStream, scratch: &mut [u8]) -> io::Result<usize> {
    socket.read(scratch).map_err(not_yet)
}

fn in_progress(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::INPROGRESS.raw_os_error()) || error.kind() == ErrorKind::WouldBlock
}

/// Turns all errors that mean *try again later* into `WouldBlock`: `EAGAIN` (send(2), recv(2)); `EINTR`, when a signal
/// came first; and `ENOTCONN`, which some systems return while a socket connects, where Linux returns `EAGAIN`.
fn not_yet(error: io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::Interrupted | ErrorKind::NotConnected => ErrorKind::WouldBlock.into(),
        _ => error,
    }
}
