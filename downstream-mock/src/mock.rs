//! A mock that runs, and the handle to it.
//!
//! *How it waits*: on one thread of its own with a single-threaded runtime, so that it takes at most one core from the
//! program that is measured.
//!
//! *What to notice*: the port is bound before the thread starts: once there is a handle, clients can connect.

use crate::{
    Config, Events, Heat, Stats,
    connections::{self, Server},
    diamond::Tokens,
    events::Recorder,
    faults::{Fault, FaultServer, Scene, Script},
    heat::CurrentHeat,
    latency::Latency,
    stats::{Counts, LOOK},
};
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, mpsc},
    thread::JoinHandle,
    time::Duration,
};
use tokio::{
    net::TcpListener,
    runtime::{Handle, Runtime},
    sync::oneshot,
};

/// A running mock. Dropping it closes all connections at once; [`Mock::stop`] lets requests in flight finish.
pub struct Mock {
    address: SocketAddr,
    server: Arc<Server>,
    thread_id: Option<i32>,
    stop: Option<oneshot::Sender<Duration>>,
    thread: Option<JoinHandle<()>>,
    runtime: Handle,
    config: Config,
}

impl Mock {
    /// Listens and serves from a thread of its own.
    ///
    /// # Errors
    /// When the address is not on loopback and that is not allowed, when it can't be listened on, or when the system
    /// has no thread or no epoll instance left.
    pub fn start(config: Config) -> io::Result<Self> {
        let listener = config.listen()?;
        let address = listener.local_addr()?;
        let server = Arc::new(Server {
            counts: Counts::default(),
            latency: Latency::new(config.latency, config.jitter, config.seed),
            tokens: Tokens::new(config.seed),
            heat: CurrentHeat::default(),
            recorder: Recorder::default(),
            fragment: config.fragment,
            warns: config.warns,
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let listener = {
            let _reactor = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let (stop, stopped) = oneshot::channel();
        let (started, thread_id) = mpsc::channel();
        let (shared, handle) = (Arc::clone(&server), runtime.handle().clone());
        let thread = std::thread::Builder::new().name("downstream-mock".into()).spawn(move || {
            // The receiver waits below; it can't be gone.
            let _ = started.send(current_thread_id());
            run(&runtime, listener, &shared, stopped);
        })?;
        let thread_id = thread_id.recv().ok().flatten();
        let (stop, thread) = (Some(stop), Some(thread));
        Ok(Self { address, server, thread_id, stop, thread, runtime: handle, config })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, as the start of a URL: `http://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What has happened so far.
    pub fn stats(&self) -> Stats {
        self.server.counts.snapshot()
    }

    /// Begins a new round: totals become zero, peaks become the present values, jitter starts again from its seed.
    ///
    /// Requests in flight at this moment end in the new round's `answered` or `aborted` without being in its
    /// `requests`: wait for them first.
    pub fn reset_stats(&self) {
        self.server.counts.restart();
        self.server.latency.restart();
    }

    /// Begins a heat of a race: from here on only its calls are answered, and the counts start again as
    /// [`reset_stats`](Self::reset_stats) has it. The heat is on until the next one begins.
    pub fn begin_heat(&self, heat: Heat) {
        self.reset_stats();
        self.server.heat.begin(heat);
    }

    /// The heat that is on, and what was asked for in it so far; one without calls, if none has begun.
    pub fn heat(&self) -> Heat {
        self.server.heat.snapshot().unwrap_or_else(|| Heat::new(0, Duration::ZERO))
    }

    /// Records from here on what happens on each connection that is accepted, anew: at most `limit` events, and then only
    /// how many more there were. A limit of zero ends it. New rounds and heats leave the recording as it is, so it spans
    /// all of them until the next call.
    pub fn record_events(&self, limit: usize) {
        self.server.recorder.begin(limit);
    }

    /// What was recorded so far. A connection that was accepted before the recording began is not in it.
    pub fn events(&self) -> Events {
        self.server.recorder.events()
    }

    /// Waits until `wanted` is true of the counts; returns `false` if it is not when `patience` has passed.
    pub fn wait_for(&self, patience: Duration, wanted: impl FnMut(&Stats) -> bool) -> bool {
        self.server.counts.wait_for(patience, wanted)
    }

    /// Plays a script on a port of its own on 127.0.0.1.
    ///
    /// # Errors
    /// When there is no port or descriptor left.
    pub fn fault(&self, script: Script) -> io::Result<FaultServer> {
        self.scene(&Scene::Play(script))
    }

    /// Sets up a scene on a port of its own on 127.0.0.1.
    ///
    /// # Errors
    /// When there is no port or descriptor left.
    pub fn scene(&self, scene: &Scene) -> io::Result<FaultServer> {
        FaultServer::start(scene, (Ipv4Addr::LOCALHOST, 0).into(), &self.runtime, &self.config)
    }

    /// Sets up a fault of the [catalogue](crate::faults::catalogue) on a port of its own.
    ///
    /// # Errors
    /// When there is no port or descriptor left, or no IPv6 for a fault that needs it.
    pub fn stage(&self, fault: &Fault) -> io::Result<FaultServer> {
        self.stage_at(fault, SocketAddr::new(fault.ip, 0))
    }

    /// Sets up a fault of the [catalogue](crate::faults::catalogue) on this address.
    ///
    /// # Errors
    /// When the address can't be listened on.
    pub fn stage_at(&self, fault: &Fault, address: SocketAddr) -> io::Result<FaultServer> {
        FaultServer::start(&fault.scene, address, &self.runtime, &self.config)
    }

    /// CPU time that the mock's thread has used, where the system reports it (Linux, `/proc/self/task/TID/schedstat`).
    pub fn cpu_time(&self) -> Option<Duration> {
        let path = format!("/proc/self/task/{}/schedstat", self.thread_id?);
        let schedstat = std::fs::read_to_string(path).ok()?;
        schedstat.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
    }

    /// Stops accepting, lets requests in flight go on for [`Config::grace`], closes, and returns the last counts.
    pub fn stop(mut self) -> Stats {
        self.end(self.config.grace);
        self.stats()
    }

    fn end(&mut self, grace: Duration) {
        if let Some(stop) = self.stop.take() {
            // A thread that is gone has nothing to stop.
            let _ = stop.send(grace);
        }
        if let Some(thread) = self.thread.take() {
            // A panic in the mock was printed where it happened.
            let _ = thread.join();
        }
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.end(Duration::ZERO);
    }
}

/// The mock's thread: serves until it is asked to stop, then until no request is in flight or the grace has passed.
fn run(runtime: &Runtime, listener: TcpListener, server: &Arc<Server>, stopped: oneshot::Receiver<Duration>) {
    runtime.block_on(async {
        let accepting = tokio::spawn(connections::accept(listener, Arc::clone(server)));
        let grace = stopped.await.unwrap_or_default();
        accepting.abort();
        let _ = tokio::time::timeout(grace, idle(server)).await;
    });
}

async fn idle(server: &Server) {
    while server.counts.snapshot().in_flight > 0 {
        tokio::time::sleep(LOOK).await;
    }
}

#[cfg(target_os = "linux")]
fn current_thread_id() -> Option<i32> {
    Some(rustix::thread::gettid().as_raw_nonzero().get())
}

#[cfg(not(target_os = "linux"))]
fn current_thread_id() -> Option<i32> {
    None
}
