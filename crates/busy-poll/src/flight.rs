//! One call in flight: a socket that never blocks, and what to ask it next.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use downstream_call::{Call, Exchange, Failure, Outcome, Run};
use rustix::io::Errno;
use socket2::{Domain, Protocol, Socket, Type};

/// A call between two of its system calls.
#[derive(Debug)]
pub(crate) struct Flight<'run> {
    exchange: Exchange<'run>,
    socket: TcpStream,
    state: State,
    pub(crate) deadline: Instant,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// `connect` was called. The first `send` tells how it went.
    Connecting,
    Sending,
    Receiving,
}

/// How far a call came.
pub(crate) enum Progress {
    /// Not an inch further than the last time.
    Blocked,
    Over(Outcome),
}

impl<'run> Flight<'run> {
    /// Begins to connect.
    pub(crate) fn start(run: &'run Run, index: usize, call: &'run Call) -> Result<Self, Failure> {
        let mut exchange = Exchange::new(run, index, call)?;
        let deadline = call.deadline(Instant::now());
        match connect(call) {
            Ok(socket) => Ok(Self { exchange, socket, state: State::Connecting, deadline }),
            Err(error) => Err(exchange.failed(error).unwrap_err()),
        }
    }

    /// Goes on until the call would block or is over.
    pub(crate) fn advance(&mut self, scratch: &mut [u8]) -> Progress {
        loop {
            match self.state {
                State::Connecting => match self.send(scratch) {
                    Ok(count) => self.sent(count),
                    Err(error) if not_connected_yet(&error) => return Progress::Blocked,
                    Err(error) => return self.broken(error),
                },
                State::Sending => match self.send(scratch) {
                    Ok(count) => self.sent(count),
                    Err(error) if not_yet(&error) => return Progress::Blocked,
                    Err(error) => return self.broken(error),
                },
                State::Receiving => match self.receive(scratch) {
                    Ok(0) => return Progress::Over(self.exchange.closed()),
                    Ok(length) => {
                        if let Some(outcome) = self.exchange.received(&scratch[..length]) {
                            return Progress::Over(outcome);
                        }
                    }
                    Err(error) if not_yet(&error) => return Progress::Blocked,
                    Err(error) => return self.broken(error),
                },
            }
        }
    }

    pub(crate) const fn index(&self) -> usize {
        self.exchange.index()
    }

    pub(crate) fn failed(&mut self, failure: Failure) -> Outcome {
        self.exchange.failed(failure)
    }

    fn send(&mut self, scratch: &mut [u8]) -> io::Result<usize> {
        let unsent = self.exchange.unsent(scratch);
        #[cfg(feature = "chaos")]
        let unsent = crate::chaos::part(unsent)?;
        self.socket.write(unsent)
    }

    fn receive(&mut self, scratch: &mut [u8]) -> io::Result<usize> {
        #[cfg(feature = "chaos")]
        let scratch = crate::chaos::part_mut(scratch)?;
        self.socket.read(scratch)
    }

    fn sent(&mut self, count: usize) {
        self.state = if self.exchange.sent(count) { State::Receiving } else { State::Sending };
    }

    fn broken(&mut self, error: io::Error) -> Progress {
        Progress::Over(self.exchange.failed(error))
    }
}

/// A socket that is connecting.
fn connect(call: &Call) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(call.address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    match socket.connect(&call.address.into()) {
        Err(error) if !in_progress(&error) => Err(error),
        _ => Ok(socket.into()),
    }
}

/// `EINPROGRESS`: the packets that make the connection are under way (connect(2)). Windows says `WSAEWOULDBLOCK`.
fn in_progress(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::INPROGRESS.raw_os_error()) || error.kind() == ErrorKind::WouldBlock
}

/// `EAGAIN`: it would have blocked (send(2), recv(2)). A signal may have come in between (`EINTR`); ask again as well.
fn not_yet(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

/// Linux says `EAGAIN` while a socket connects, others `ENOTCONN`.
fn not_connected_yet(error: &io::Error) -> bool {
    not_yet(error) || error.kind() == ErrorKind::NotConnected
}
