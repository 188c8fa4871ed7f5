//! One call in flight: a socket, an exchange, and the place where the call would block.

use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::time::Instant;

use downstream_call::{Call, Exchange, Failure, Outcome, Run};
use rustix::event::epoll::EventFlags;
use slotmap::DefaultKey;

use crate::system::{self, Epoll};

/// A call between two of its system calls. This is all the memory that a waiting call takes.
#[derive(Debug)]
pub(crate) struct Flight<'run> {
    exchange: Exchange<'run>,
    socket: OwnedFd,
    state: State,
    pub(crate) deadline: Instant,
    /// What epoll watches the socket for; empty until the call has to wait.
    watched: EventFlags,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// `connect` was called. The first `send` returns the result: `EAGAIN` until it is known.
    Connecting,
    Sending,
    Receiving,
}

/// How far a call has come.
pub(crate) enum Progress {
    /// It would block until this event.
    Blocked(EventFlags),
    Over(Outcome),
}

impl<'run> Flight<'run> {
    /// Begins to connect.
    pub(crate) fn start(run: &'run Run, index: usize, call: &'run Call) -> Result<Self, Failure> {
        let exchange = Exchange::new(run, index, call)?;
        let deadline = call.deadline(Instant::now());
        let socket = system::connect(call)?;
        Ok(Self { exchange, socket, state: State::Connecting, deadline, watched: EventFlags::empty() })
    }

    /// Continues until the call would block or is over.
    pub(crate) fn advance(&mut self, scratch: &mut [u8]) -> Progress {
        loop {
            match self.state {
                State::Connecting | State::Sending => match self.send(scratch) {
                    Ok(State::Receiving) => return Progress::Blocked(EventFlags::IN), // no answer is that fast
                    Ok(State::Connecting | State::Sending) => {}
                    Err(error) => return stopped(error, EventFlags::OUT),
                },
                State::Receiving => match system::receive(&self.socket, scratch) {
                    Ok(0) => return Progress::Over(self.exchange.closed()),
                    Ok(length) => {
                        if let Some(outcome) = self.exchange.received(&scratch[..length]) {
                            return Progress::Over(outcome);
                        }
                    }
                    Err(error) => return stopped(error, EventFlags::IN),
                },
            }
        }
    }

    fn send(&mut self, scratch: &mut [u8]) -> io::Result<State> {
        let sent = system::send(&self.socket, self.exchange.unsent(scratch))?;
        self.state = if self.exchange.sent(sent) { State::Receiving } else { State::Sending };
        Ok(self.state)
    }

    /// Makes epoll report `key` when the call can continue.
    pub(crate) fn watch(&mut self, epoll: &Epoll, key: DefaultKey, event: EventFlags) -> io::Result<()> {
        if self.watched.is_empty() {
            epoll.watch(&self.socket, key, event)?;
        } else if self.watched != event {
            epoll.watch_instead(&self.socket, key, event)?;
        }
        self.watched = event;
        Ok(())
    }

    pub(crate) const fn index(&self) -> usize {
        self.exchange.index()
    }
}

/// What the error of a system call means: the call would block until `event`, or it failed.
fn stopped(error: io::Error, event: EventFlags) -> Progress {
    match error.kind() {
        ErrorKind::WouldBlock => Progress::Blocked(event),
        _ => Progress::Over(Err(error.into())),
    }
}
