//! One call with hyper, on a connection of its own.
//!
//! *How it waits*: at each `.await`. `connect`, `write_all` and `readable` wait for tokio; the response and each frame of
//! its body wait for hyper's connection, which is a second state machine that moves bytes.
//!
//! *What to notice*: hyper comes late. It is made for connections that serve many requests, and brings 24 KB of buffers
//! and queues to each; made when its answer begins, a call that waits is 2 KB. Its connection is not spawned as a
//! second task, as in most examples: with one request a connection, one task can poll both sides, and the socket is
//! closed with the future. The deadline is one `timeout_at` around everything.
//!
//! *What is deliberately missing*: the higher-level client with its pool of connections.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::time;

use bytes::Bytes;
use downstream_call::{
    Call, Failure, MAX_BODY_BYTES, MAX_FIELDS, MAX_HEAD_BYTES, Milestone, Outcome, Reply, Run, TooLarge,
};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use crate::failures;
use crate::wire::Wire;

/// Makes one call, and does the work with its reply.
///
/// # Errors
/// The call's own failure.
pub async fn make(run: &Run, index: usize, call: &Call) -> Outcome {
    if run.cancel.is_cancelled() {
        return Err(Failure::Cancelled);
    }
    call.check()?;
    if call.timeout.is_zero() {
        return Err(Failure::TimedOut);
    }
    let finished = Finished::when_dropped(run, index);
    let deadline = Instant::from_std(call.deadline(time::Instant::now()));
    let outcome = timeout_at(deadline, talk(run, index, call)).await.unwrap_or(Err(Failure::TimedOut));
    drop(finished);
    run.work.on(outcome)
}

/// Connects, sends and receives, each waiting without a thread.
async fn talk(run: &Run, index: usize, call: &Call) -> Outcome {
    let mut stream = TcpStream::connect(call.address).await?;
    stream.write_all(request(call).as_bytes()).await?;
    run.trace.mark(index, Milestone::Sent);
    // The long wait: nothing is kept for it but a socket, a timer and the place in this function.
    stream.readable().await?;
    // In a box of its own, or every task would have room for it from the beginning.
    Box::pin(answer(Wire::new(stream, run.trace.clone(), index))).await
}

/// What hyper sends for this call, byte for byte. One connection a call (RFC 9112, section 9.6).
fn request(call: &Call) -> String {
    format!("GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", call.path, call.host)
}

/// hyper's own limit. Set by name, it would cost two allocations for each answer.
const _: () = assert!(MAX_FIELDS == 100);

/// Has hyper read the answer.
async fn answer(wire: Wire) -> Outcome {
    let mut http = http1::Builder::new();
    http.max_header_size(MAX_HEAD_BYTES).max_buf_size(2 * MAX_HEAD_BYTES);
    let handshake = http.handshake(TokioIo::new(wire)).await;
    let (mut sender, mut connection) = handshake.map_err(|error| failures::from(&error, &[]))?;
    // hyper listens only after it has asked, and all it has to know of the question is that it was a GET.
    let mut reply = pin!(receive(sender.send_request(Request::new(Empty::<Bytes>::new()))));
    let mut open = true;
    let outcome = poll_fn(|context| {
        // hyper's side of the connection moves bytes, ours takes what comes out of them.
        open = open && Pin::new(&mut connection).poll(context).is_pending();
        reply.as_mut().poll(context)
    });
    let outcome = outcome.await;
    outcome.unwrap_or_else(|error| Err(failures::from(&error, &connection.into_parts().read_buf)))
}

/// Collects a response, as long as it keeps to the limits.
async fn receive(
    response: impl Future<Output = hyper::Result<Response<Incoming>>>,
) -> hyper::Result<Outcome> {
    let response = response.await?;
    let status = response.status().as_u16();
    let mut incoming = response.into_body();
    if incoming.size_hint().lower() > MAX_BODY_BYTES as u64 {
        return Ok(Err(Failure::TooLarge(TooLarge::Body)));
    }
    let mut body = Vec::new();
    while let Some(frame) = incoming.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if body.len() + data.len() > MAX_BODY_BYTES {
            return Ok(Err(Failure::TooLarge(TooLarge::Body)));
        }
        body.extend_from_slice(&data);
    }
    Ok(Ok(Reply { status, body, worked: None }))
}

/// Marks the start of a call, and its end however it ends: a future that is dropped ends there and then.
struct Finished<'run>(&'run Run, usize);

impl<'run> Finished<'run> {
    fn when_dropped(run: &'run Run, index: usize) -> Self {
        run.trace.mark(index, Milestone::Started);
        Self(run, index)
    }
}

impl Drop for Finished<'_> {
    fn drop(&mut self) {
        self.0.trace.mark(self.1, Milestone::Finished);
    }
}
