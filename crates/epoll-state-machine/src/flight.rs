//! One call in flight: a socket, an exchange, and the place where it would block.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Instant;

use downstream_call::{Call, Exchange, Failure, Outcome, Run};
use rustix::event::epoll::EventFlags;
use rustix::io::{self, Errno};
use rustix::net::{self, AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

/// A call between two of its system calls: all that a waiting call takes here.
#[derive(Debug)]
pub(crate) struct Flight<'run> {
    exchange: Exchange<'run>,
    socket: OwnedFd,
    state: State,
    /// What epoll watches the socket for; nothing while epoll does not know it.
    pub(crate) watched: EventFlags,
    pub(crate) deadline: Instant,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// `connect` was called. The first `send` tells how it went: `EAGAIN` is not yet, another error is never.
    Connecting,
    Sending,
    Receiving,
}

/// How far a call came.
pub(crate) enum Progress {
    /// It would block until this event.
    Blocked(EventFlags),
    Over(Outcome),
}

impl<'run> Flight<'run> {
    /// Begins to connect.
    pub(crate) fn start(run: &'run Run, index: usize, call: &'run Call) -> Result<Self, Failure> {
        let mut exchange = Exchange::new(run, index, call)?;
        let deadline = call.deadline(Instant::now());
        let watched = EventFlags::empty();
        match connect(call) {
            Ok(socket) => Ok(Self { exchange, socket, state: State::Connecting, watched, deadline }),
            Err(error) => Err(exchange.failed(std::io::Error::from(error)).unwrap_err()),
        }
    }

    /// Goes on until the call would block or is over.
    pub(crate) fn advance(&mut self, scratch: &mut [u8]) -> Progress {
        loop {
            match self.state {
                State::Connecting | State::Sending => match self.send(scratch) {
                    Ok(count) => {
                        let all = self.exchange.sent(count);
                        self.state = if all { State::Receiving } else { State::Sending };
                        if all {
                            return Progress::Blocked(EventFlags::IN); // no answer is that fast
                        }
                    }
                    Err(Errno::AGAIN) => return Progress::Blocked(EventFlags::OUT),
                    Err(error) => return self.broken(error),
                },
                State::Receiving => match self.receive(scratch) {
                    Ok(0) => return Progress::Over(self.exchange.closed()),
                    Ok(length) => {
                        if let Some(outcome) = self.exchange.received(&scratch[..length]) {
                            return Progress::Over(outcome);
                        }
                        if length < scratch.len() {
                            return Progress::Blocked(EventFlags::IN);
                        }
                    }
                    Err(Errno::AGAIN) => return Progress::Blocked(EventFlags::IN),
                    Err(error) => return self.broken(error),
                },
            }
        }
    }

    pub(crate) const fn index(&self) -> usize {
        self.exchange.index()
    }

    pub(crate) fn socket(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    pub(crate) fn failed(&mut self, failure: Failure) -> Outcome {
        self.exchange.failed(failure)
    }

    fn send(&self, scratch: &mut [u8]) -> io::Result<usize> {
        let unsent = self.exchange.unsent(scratch);
        #[cfg(feature = "chaos")]
        let unsent = crate::chaos::part(unsent)?;
        io::retry_on_intr(|| net::send(&self.socket, unsent, SendFlags::NOSIGNAL))
    }

    fn receive(&self, scratch: &mut [u8]) -> io::Result<usize> {
        #[cfg(feature = "chaos")]
        let scratch = crate::chaos::part_mut(scratch)?;
        io::retry_on_intr(|| Ok(net::recv(&self.socket, &mut *scratch, RecvFlags::empty())?.0))
    }

    fn broken(&mut self, error: Errno) -> Progress {
        Progress::Over(self.exchange.failed(std::io::Error::from(error)))
    }
}

/// A socket that is connecting: `EINPROGRESS` is the answer one hopes for (connect(2)).
fn connect(call: &Call) -> io::Result<OwnedFd> {
    let family = if call.address.is_ipv6() { AddressFamily::INET6 } else { AddressFamily::INET };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = net::socket_with(family, SocketType::STREAM, flags, None)?;
    match net::connect(&socket, &call.address) {
        Ok(()) | Err(Errno::INPROGRESS | Errno::INTR) => Ok(socket),
        Err(error) => Err(error),
    }
}
