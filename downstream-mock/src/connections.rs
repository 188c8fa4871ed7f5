//! Accepting connections and answering on them.
//!
//! *How it waits*: a task for each connection; a request that waits is one timer in it.
//!
//! *What to notice*: hyper goes on reading while a request waits, so a client that leaves is noticed at once: its task
//! is dropped, and the guards in it count the abort. When descriptors run out, the loop pauses before it accepts again:
//! connections in the backlog are accepted later, and no core spins.

use crate::{
    diamond::Tokens,
    events::{Recorded, Recorder},
    faults::{Fragment, Fragmented},
    heat::CurrentHeat,
    latency::Latency,
    routes::{Answer, AnswerBody, stats},
    stats::Counts,
};
use hyper::{Method, Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{
    convert::Infallible,
    io,
    sync::{
        Arc, Once,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};

/// How long to wait for a descriptor to become free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The smallest buffer that hyper allows, because each waiting connection holds one.
const BUFFER_BYTES: usize = 8 * 1024;

/// What all connections share.
pub(crate) struct Server {
    pub(crate) counts: Counts,
    pub(crate) latency: Latency,
    pub(crate) tokens: Tokens,
    pub(crate) heat: CurrentHeat,
    pub(crate) recorder: Recorder,
    pub(crate) fragment: Option<Fragment>,
    /// Whether to say on standard error that accepting has failed.
    pub(crate) warns: bool,
}

/// Accepts until it is dropped. An error of a connection does not end it.
pub(crate) async fn accept(listener: TcpListener, server: Arc<Server>) {
    loop {
        if let Some(socket) = accept_one(&listener, &server.counts, server.warns).await {
            tokio::spawn(serve(socket, server.recorder.accepted(), Arc::clone(&server)));
        }
    }
}

/// The next connection; `None` if accepting failed, which may succeed the next time.
pub(crate) async fn accept_one(listener: &TcpListener, counts: &Counts, warns: bool) -> Option<TcpStream> {
    match listener.accept().await {
        Ok((socket, _)) => Some(socket),
        // The client left while it was waiting in the backlog.
        Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => None,
        Err(error) => {
            if warns {
                warn_once(&error);
            }
            counts.accept_pause();
            sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

fn warn_once(error: &io::Error) {
    static WARNED: Once = Once::new();
    WARNED.call_once(|| {
        eprintln!(
            "accepting a connection failed: {error}: the mock answers slowly from here on; \
             raise the descriptor limit (ulimit -n) or use more processes"
        );
    });
}

async fn serve(socket: TcpStream, recorded: Option<Recorded>, server: Arc<Server>) {
    let _open = server.counts.connection();
    // Dropped before `_open`: when no connection is counted as open, each one is recorded as closed.
    let recorded = recorded;
    let socket = Fragmented::new(socket, server.fragment, server.counts.snapshot().accepted);
    let requests = AtomicU64::new(0);
    let service = service_fn(|request| {
        let number = requests.fetch_add(1, Ordering::Relaxed);
        answer(request, number, recorded.clone(), Arc::clone(&server))
    });
    // An error concerns only this client: it left, or it did not send HTTP, which hyper has answered.
    let _ = http1::Builder::new()
        .max_buf_size(BUFFER_BYTES)
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(socket), service)
        .await;
}

/// Answers a request, which is the one of this number (from 0) on its connection.
async fn answer(
    request: Request<Incoming>,
    number: u64,
    recorded: Option<Recorded>,
    server: Arc<Server>,
) -> Result<Response<AnswerBody>, Infallible> {
    if !server.heat.is_on() && request.uri().path() == "/stats" && request.method() == Method::GET {
        return Ok(stats(&server.counts.snapshot()));
    }
    if let Some(connection) = &recorded {
        connection.asked(request.uri().path());
    }
    let in_flight = server.counts.request(recorded);
    let answer = match Answer::in_a_heat(&request, &server.heat, number) {
        Some(answer) => answer,
        None => Answer::decide(&request, &server.tokens, &server.latency),
    };
    // The head is in the connection's read buffer. Drop it, so that the buffer is used again.
    drop(request);
    if !answer.latency.is_zero() {
        sleep(answer.latency).await;
    }
    Ok(answer.into_response(in_flight))
}
