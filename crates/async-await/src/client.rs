//! One call with hyper, on a connection of its own.
//!
//! *How it waits*: at each `.await`. `connect` waits for tokio; the response and each frame of its body wait for
//! hyper's connection, which is a second state machine that moves bytes.
//!
//! *What to notice*: examples of hyper spawn that connection as a task of its own, because it may serve many requests.
//! With one request a connection, both can be polled by one task: half the tasks, and the socket is closed with the
//! future. The deadline is one `timeout_at` around everything.
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
use hyper::header::{CONNECTION, HOST, HeaderValue};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use crate::failures;
use crate::wire::Wire;

/// Makes one call, and does the work with its reply.
pub(crate) async fn make(run: &Run, index: usize, call: &Call) -> Outcome {
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
    let request = request(call)?;
    let wire = Wire::new(TcpStream::connect(call.address).await?, run.trace.clone(), index);
    let handshake = http1::Builder::new()
        .title_case_headers(true)
        .max_headers(MAX_FIELDS)
        .max_header_size(MAX_HEAD_BYTES)
        .max_buf_size(2 * MAX_HEAD_BYTES)
        .handshake(TokioIo::new(wire));
    let (mut sender, mut connection) = handshake.await.map_err(|error| failures::from(&error, 0))?;
    let mut reply = pin!(receive(sender.send_request(request)));
    let mut open = true;
    let outcome = poll_fn(|context| {
        // hyper's side of the connection moves bytes, ours takes what came out of them.
        open = open && Pin::new(&mut connection).poll(context).is_pending();
        reply.as_mut().poll(context)
    });
    let outcome = outcome.await;
    let received = || connection.into_parts().io.into_inner().received();
    outcome.unwrap_or_else(|error| Err(failures::from(&error, received())))
}

/// The request that `Exchange` sends, byte for byte.
fn request(call: &Call) -> Result<Request<Empty<Bytes>>, Failure> {
    let host = HeaderValue::from_bytes(call.host.as_bytes());
    let host = host.map_err(|_| Failure::Unsendable("the host is no field value"))?;
    let mut request = Request::new(Empty::new());
    *request.uri_mut() = call.path.parse().map_err(|_| Failure::Unsendable("the path is no URI"))?;
    // A fragment is not sent; a path that has one would be another path.
    if request.uri().path_and_query().is_none_or(|path| *path != *call.path) {
        return Err(Failure::Unsendable("the path is not the URI's own"));
    }
    request.headers_mut().insert(HOST, host);
    request.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    Ok(request)
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
