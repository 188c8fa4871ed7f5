//! The system calls of this model: those of a socket, and those of epoll.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use downstream_call::{Call, Cancel};
use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{self, AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use slotmap::{DefaultKey, Key, KeyData};

/// A socket that begins to connect: `EINPROGRESS` is the usual answer (connect(2)).
pub(crate) fn connect(call: &Call) -> io::Result<OwnedFd> {
    let family = if call.address.is_ipv6() { AddressFamily::INET6 } else { AddressFamily::INET };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = net::socket_with(family, SocketType::STREAM, flags, None)?;
    match net::connect(&socket, &call.address) {
        Ok(()) | Err(Errno::INPROGRESS | Errno::INTR) => Ok(socket),
        Err(error) => Err(error.into()),
    }
}

/// Returns how many of `bytes` the system took.
pub(crate) fn send(socket: &OwnedFd, bytes: &[u8]) -> io::Result<usize> {
    Ok(retry_on_intr(|| net::send(socket, bytes, SendFlags::NOSIGNAL))?)
}

/// Returns how many bytes were received: 0 at the end of the stream.
pub(crate) fn receive(socket: &OwnedFd, scratch: &mut [u8]) -> io::Result<usize> {
    Ok(retry_on_intr(|| Ok(net::recv(socket, &mut *scratch, RecvFlags::empty())?.0))?)
}

/// An epoll instance, and the events it returned last (epoll(7)).
pub(crate) struct Epoll {
    descriptor: OwnedFd,
    events: Vec<Event>,
}

/// The most events that one `epoll_wait` returns.
const BATCH: usize = 1024;

/// The longest timeout. A longer wait returns once an hour without an event.
const HOUR: Duration = Duration::from_secs(3600);

impl Epoll {
    pub(crate) fn new() -> io::Result<Self> {
        let descriptor = epoll::create(CreateFlags::CLOEXEC)?;
        Ok(Self { descriptor, events: Vec::with_capacity(BATCH) })
    }

    /// Reports `key` whenever `event` holds for the socket, until the socket is closed.
    pub(crate) fn watch(&self, socket: impl AsFd, key: DefaultKey, event: EventFlags) -> io::Result<()> {
        Ok(epoll::add(&self.descriptor, socket, token(key), event)?)
    }

    /// Reports `key` for `event` instead of what was watched before.
    pub(crate) fn watch_instead(
        &self,
        socket: &OwnedFd,
        key: DefaultKey,
        event: EventFlags,
    ) -> io::Result<()> {
        Ok(epoll::modify(&self.descriptor, socket, token(key), event)?)
    }

    /// Makes waits end when the run is cancelled. The event has the null key, which no flight has.
    pub(crate) fn watch_cancel(&self, cancel: &Cancel) -> io::Result<()> {
        cancel.socket().map_or(Ok(()), |socket| self.watch(socket, DefaultKey::null(), EventFlags::IN))
    }

    /// Stops watching for the run's cancellation.
    pub(crate) fn forget_cancel(&self, cancel: &Cancel) -> io::Result<()> {
        Ok(cancel.socket().map_or(Ok(()), |socket| epoll::delete(&self.descriptor, socket))?)
    }

    /// Sleeps until something that is watched is ready or `until` passes; returns the number of events.
    pub(crate) fn wait(&mut self, until: Option<Instant>) -> io::Result<usize> {
        self.events.clear();
        match epoll::wait(&self.descriptor, spare_capacity(&mut self.events), timeout(until).as_ref()) {
            Ok(_) | Err(Errno::INTR) => Ok(self.events.len()),
            Err(error) => Err(error.into()),
        }
    }

    /// The key that one of the events reports.
    pub(crate) fn key(&self, event: usize) -> DefaultKey {
        KeyData::from_ffi(self.events[event].data.u64()).into()
    }
}

/// How long `epoll_wait` may sleep: without a limit if there is no deadline, and not at all once it has passed.
fn timeout(until: Option<Instant>) -> Option<Timespec> {
    let left = until?.saturating_duration_since(Instant::now()).min(HOUR);
    Some(Timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: left.subsec_nanos().into() })
}

fn token(key: DefaultKey) -> EventData {
    EventData::new_u64(key.data().as_ffi())
}
