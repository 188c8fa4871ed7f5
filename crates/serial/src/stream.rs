//! A connection that blocks, but never beyond the deadline of its call.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use downstream_call::{Call, Exchange, Outcome};

/// A TCP connection, the deadline of its call, and the buffer that it receives into.
pub(crate) struct Stream<'scratch> {
    socket: TcpStream,
    deadline: Instant,
    scratch: &'scratch mut [u8],
}

impl<'scratch> Stream<'scratch> {
    /// Blocks until the connection is established.
    pub(crate) fn connect(scratch: &'scratch mut [u8], call: &Call) -> io::Result<Self> {
        let deadline = call.deadline(Instant::now());
        let socket = TcpStream::connect_timeout(&call.address, remaining(deadline)?)?;
        Ok(Self { socket, deadline, scratch })
    }

    /// Blocks until the system has taken some bytes of the request.
    pub(crate) fn send(&mut self, exchange: &mut Exchange<'_>) -> io::Result<()> {
        self.socket.set_write_timeout(Some(remaining(self.deadline)?))?;
        match self.socket.write(exchange.unsent(self.scratch)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            sent => _ = exchange.sent(sent?),
        }
        Ok(())
    }

    /// Blocks until some bytes of the answer or its end have arrived; returns the outcome if they complete it.
    pub(crate) fn receive(&mut self, exchange: &mut Exchange<'_>) -> io::Result<Option<Outcome>> {
        match remaining(self.deadline) {
            Ok(left) => self.socket.set_read_timeout(Some(left))?,
            // The time is up, but an answer that has arrived counts.
            Err(_) => self.socket.set_nonblocking(true)?,
        }
        match self.socket.read(self.scratch) {
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(None),
            Err(error) => Err(error),
            Ok(0) => Ok(Some(exchange.closed())),
            Ok(length) => Ok(exchange.received(&self.scratch[..length])),
        }
    }
}

/// The time left until `deadline`. A socket takes no timeout of zero: to the system, zero means no timeout.
fn remaining(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
}
