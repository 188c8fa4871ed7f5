//! Ports on which something goes wrong.
//!
//! *How it waits*: a task of the mock's runtime owns all sockets of a port; dropping the handle ends the task.
//!
//! *What to notice*: a fault before a connection is accepted needs no script, only a socket in a certain state.

use crate::{
    Config,
    config::explain,
    connections::accept_one,
    faults::{Fragment, Fragmented, Script},
    stats::{Counts, Stats},
};
use socket2::{Domain, Socket, Type};
use std::{
    convert::Infallible,
    future::pending,
    io,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    time::Duration,
};
use tokio::{
    runtime::Handle,
    task::{JoinHandle, JoinSet},
    time::sleep,
};

/// Connections whose bytes are kept for [`FaultServer::received`].
const RECORDED_CONNECTIONS: usize = 64;

/// How long a backlog may take to answer before it counts as full.
const FULL_AFTER: Duration = Duration::from_millis(50);

/// No system allows more connections than this in a backlog of zero.
const FULL_AT_MOST: usize = 256;

/// When a listener that refuses late closes: after the first SYN of a client, before its second a second later.
const REFUSED_AFTER: Duration = Duration::from_millis(500);

/// What a client finds at a port.
#[derive(Clone, Debug)]
pub enum Scene {
    /// No socket listens: connecting is refused at once.
    Refused,
    /// The backlog is full, then the listener closes: connecting is refused when the client's system tries again, after
    /// a second.
    RefusedLate,
    /// The backlog is full: the system drops the client's SYN, and connecting never ends.
    BacklogFull,
    /// The system connects, but the listener does not accept, so the request is never read.
    NeverAccepted,
    /// Every connection is accepted and the script played on it.
    Play(Script),
    /// As `Play`, through small segments and a small receive buffer: the client's system takes a large request in parts.
    PlayNarrow(Script),
}

impl Scene {
    /// The script for each connection, if connections are accepted.
    pub fn script(&self) -> Option<&Script> {
        match self {
            Self::Play(script) | Self::PlayNarrow(script) => Some(script),
            Self::Refused | Self::RefusedLate | Self::BacklogFull | Self::NeverAccepted => None,
        }
    }
}

/// A port on which something goes wrong, until it is dropped or its mock ends.
pub struct FaultServer {
    address: SocketAddr,
    stage: Arc<Stage>,
    task: JoinHandle<()>,
    closed: mpsc::Receiver<Infallible>,
}

/// What the connections of a port share.
struct Stage {
    script: Mutex<Script>,
    counts: Counts,
    fragment: Option<Fragment>,
    warns: bool,
    received: Mutex<Vec<Vec<u8>>>,
}

impl FaultServer {
    pub(crate) fn start(
        scene: &Scene,
        address: SocketAddr,
        runtime: &Handle,
        config: &Config,
    ) -> io::Result<Self> {
        let socket = bound(address, matches!(scene, Scene::PlayNarrow(_)))?;
        let address = local_address(&socket)?;
        let script = scene.script().cloned().unwrap_or_default();
        let (counts, received) = (Counts::default(), Mutex::default());
        let (fragment, warns) = (config.fragment, config.warns);
        let stage = Arc::new(Stage { script: Mutex::new(script), counts, fragment, warns, received });
        let (open, closed) = mpsc::channel();
        let task = match scene {
            Scene::Refused => runtime.spawn(hold(socket, open)),
            Scene::RefusedLate => runtime.spawn(close_later(full(socket, address)?, address, open)),
            Scene::BacklogFull => runtime.spawn(hold(full(socket, address)?, open)),
            Scene::NeverAccepted => runtime.spawn(hold(listening(socket, 128)?, open)),
            Scene::Play(_) | Scene::PlayNarrow(_) => {
                let listener = listening(socket, i32::from(u16::MAX))?;
                let _reactor = runtime.enter();
                let listener = tokio::net::TcpListener::from_std(listener)?;
                runtime.spawn(play(listener, Arc::clone(&stage), open))
            }
        };
        Ok(Self { address, stage, task, closed })
    }

    /// The port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The port, as the start of a URL: `http://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The counts of this port. A request counts when its script has read the head, and is answered when the script has
    /// ended. The mock's own counts do not include these.
    pub fn stats(&self) -> Stats {
        self.stage.counts.snapshot()
    }

    /// Waits until `wanted` is true of the counts; returns `false` if it is not when `patience` has passed.
    pub fn wait_for(&self, patience: Duration, wanted: impl FnMut(&Stats) -> bool) -> bool {
        self.stage.counts.wait_for(patience, wanted)
    }

    /// What the script has read from each of the first 64 connections that ended, in the order of their ends.
    pub fn received(&self) -> Vec<Vec<u8>> {
        lock(&self.stage.received).clone()
    }

    /// Plays this script on all further connections: one port for thousands of answers.
    pub fn change(&self, script: Script) {
        *lock(&self.stage.script) = script;
    }
}

impl Drop for FaultServer {
    /// Ends when all sockets of this port are closed.
    fn drop(&mut self) {
        self.task.abort();
        // Nothing is ever sent: the last sender is dropped with the last connection.
        let _ = self.closed.recv();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn bound(address: SocketAddr, narrow: bool) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if narrow {
        socket.set_recv_buffer_size(2048)?;
        #[cfg(unix)]
        socket.set_tcp_mss(536)?;
    }
    // A port that was asked for is free again at once after the fault ends.
    #[cfg(unix)]
    socket.set_reuse_address(address.port() != 0)?;
    // Every accepted socket inherits this: each piece of a drip leaves at once.
    socket.set_tcp_nodelay(true)?;
    socket.bind(&address.into()).map_err(|error| explain(address, &error))?;
    Ok(socket)
}

fn local_address(socket: &Socket) -> io::Result<SocketAddr> {
    socket.local_addr()?.as_socket().ok_or_else(|| io::ErrorKind::AddrNotAvailable.into())
}

fn listening(socket: Socket, backlog: i32) -> io::Result<TcpListener> {
    socket.set_nonblocking(true)?;
    socket.listen(backlog)?;
    Ok(socket.into())
}

/// A listener that accepts nothing, and the connections that fill its backlog.
fn full(socket: Socket, address: SocketAddr) -> io::Result<(TcpListener, Vec<TcpStream>)> {
    let listener = listening(socket, 0)?;
    let connect = || TcpStream::connect_timeout(&address, FULL_AFTER).ok();
    // On a busy machine one connection may take as long as a full backlog; hardly two, one after the other.
    let fill = std::iter::from_fn(|| connect().or_else(connect));
    Ok((listener, fill.take(FULL_AT_MOST).collect()))
}

async fn hold<T>(_sockets: T, _open: mpsc::Sender<Infallible>) {
    pending::<()>().await;
}

/// Closes a listener, and then holds its port, so that the system gives it to no other program.
async fn close_later<T>(sockets: T, address: SocketAddr, _open: mpsc::Sender<Infallible>) {
    sleep(REFUSED_AFTER).await;
    drop(sockets);
    // It fails if another program was given the port in between: the client then finds that program.
    let _held = bound(address, false);
    pending::<()>().await;
}

async fn play(listener: tokio::net::TcpListener, stage: Arc<Stage>, open: mpsc::Sender<Infallible>) {
    // Dropped with this future, and all players with it.
    let mut players = JoinSet::new();
    loop {
        if let Some(socket) = accept_one(&listener, &stage.counts, stage.warns).await {
            players.spawn(play_once(socket, Arc::clone(&stage), open.clone()));
        }
        while players.try_join_next().is_some() {}
    }
}

async fn play_once(socket: tokio::net::TcpStream, stage: Arc<Stage>, _open: mpsc::Sender<Infallible>) {
    let _connection = stage.counts.connection();
    let socket = Fragmented::new(socket, stage.fragment, stage.counts.snapshot().accepted);
    let script = lock(&stage.script).clone();
    let mut received = Vec::new();
    // An error means that the client left; what it sent until then counts.
    let _ = script.play(socket, &stage.counts, &mut received).await;
    let mut record = lock(&stage.received);
    if record.len() < RECORDED_CONNECTIONS {
        record.push(received);
    }
}
