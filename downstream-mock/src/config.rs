//! How a mock is set up, and the listening socket that follows from it.
//!
//! *What to notice*: a mock answers every client, so by default it listens on loopback only.

use crate::{Jitter, faults::Fragment};
use socket2::{Domain, Socket, Type};
use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    time::Duration,
};

/// How a mock is set up; [`Default`] is a free port on 127.0.0.1 and a latency of one second.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub address: SocketAddr,
    /// How long an answer takes, unless a request brings its own `?latency_ms=`.
    pub latency: Duration,
    /// What is added to or taken from the latency of each request.
    pub jitter: Jitter,
    /// The seed of jitter and tokens: the same seed and the same order of requests give the same answers.
    pub seed: u64,
    /// Connections that may wait to be accepted; the system may allow fewer (`net.core.somaxconn`).
    pub backlog: u16,
    /// How long [`Mock::stop`](crate::Mock::stop) lets requests in flight go on.
    pub grace: Duration,
    /// Whether and how every write is split and delayed, those of faults included.
    pub fragment: Option<Fragment>,
    /// Whether an address that others can reach is accepted.
    pub allow_non_loopback: bool,
    /// Whether to say on standard error that accepting has failed; [`Stats::accept_pauses`](crate::Stats::accept_pauses)
    /// counts it in any case.
    pub warns: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            latency: Duration::from_secs(1),
            jitter: Jitter::None,
            seed: 0,
            backlog: u16::MAX,
            grace: Duration::from_secs(2),
            fragment: None,
            allow_non_loopback: false,
            warns: true,
        }
    }
}

impl Config {
    pub(crate) fn listen(&self) -> io::Result<TcpListener> {
        if !self.address.ip().is_loopback() && !self.allow_non_loopback {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                format!(
                    "listening on {} would let others in: choose a loopback address, or allow non-loopback",
                    self.address
                ),
            ));
        }
        bind(self.address, self.backlog).map_err(|error| explain(self.address, &error))
    }
}

/// Why an address cannot be listened on, with the cure.
pub(crate) fn explain(address: SocketAddr, error: &io::Error) -> io::Error {
    let cure = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program has this port: choose another one with --address; port 0 takes a free one"
        }
        io::ErrorKind::PermissionDenied => "ports below 1024 are for root: choose a higher one",
        io::ErrorKind::AddrNotAvailable => "this machine has no such address: choose one on loopback",
        _ => "choose another address",
    };
    io::Error::new(error.kind(), format!("listening on {address} failed: {error}: {cure}"))
}

/// A listening socket for tokio: non-blocking, and its port free again at once after the mock ends.
pub(crate) fn bind(address: SocketAddr, backlog: u16) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // On Windows the option means something else: another program may take the port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    // Every accepted socket inherits this: an answer leaves at once, however small.
    socket.set_tcp_nodelay(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(i32::from(backlog))?;
    Ok(socket.into())
}
