//! Accepting connections and answering on them.
//!
//! *How it waits*: a task for each connection; a request that waits is one timer in it.
//!
//! *What to notice*: hyper goes on reading while a request waits, so a client that leaves is noticed at once: its task
//! is dropped, and the guards in it count the abort. Out of descriptors the loop pauses instead of asking again at
//! once: those who wait in the backlog are answered later, and no core spins.

use crate::{
    diamond::Tokens,
    faults::{Fragment, Fragmented},
    latency::Latency,
    routes::{Answer, AnswerBody},
    stats::Counts,
};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{convert::Infallible, io, sync::Arc, sync::Once, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};

/// How long to wait for a descriptor to become free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The smallest that hyper allows, since a waiting connection holds one.
const BUFFER_BYTES: usize = 8 * 1024;

/// What all connections share.
pub(crate) struct Server {
    pub(crate) counts: Counts,
    pub(crate) latency: Latency,
    pub(crate) tokens: Tokens,
    pub(crate) fragment: Option<Fragment>,
    /// Whether to say on standard error that accepting has failed.
    pub(crate) warns: bool,
}

/// Accepts until it is dropped; nothing that happens to a connection ends it.
pub(crate) async fn accept(listener: TcpListener, server: Arc<Server>) {
    loop {
        if let Some(socket) = accept_one(&listener, &server.counts, server.warns).await {
            tokio::spawn(serve(socket, Arc::clone(&server)));
        }
    }
}

/// The next connection; `None` when there was none to be had, which the next call may change.
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

async fn serve(socket: TcpStream, server: Arc<Server>) {
    let _open = server.counts.connection();
    let socket = Fragmented::new(socket, server.fragment, server.counts.snapshot().accepted);
    let service = service_fn(|request| answer(request, Arc::clone(&server)));
    // An error is the client's: it left, or spoke no HTTP, and hyper has told it so.
    let _ = http1::Builder::new()
        .max_buf_size(BUFFER_BYTES)
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(socket), service)
        .await;
}

async fn answer(request: Request<Incoming>, server: Arc<Server>) -> Result<Response<AnswerBody>, Infallible> {
    let in_flight = server.counts.request();
    let answer = Answer::decide(&request, &server.tokens);
    // The head lives in the connection's read buffer: let go of it, so that the buffer is used again.
    drop(request);
    let latency = server.latency.next(answer.latency);
    if !latency.is_zero() {
        sleep(latency).await;
    }
    Ok(answer.tell(in_flight))
}
