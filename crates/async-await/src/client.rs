//! One call with hyper, on a connection of its own.
//!
//! *How it waits*: at each `.await`. `connect` waits for tokio's socket. The reply waits for hyper's connection, a second
//! state machine that moves bytes between the socket and the reply.
//!
//! *What to notice*: `join!` polls the connection and the reply in one task. Most examples of hyper spawn the
//! connection; such a task would live on when its call is dropped. Here the socket closes with the call's future. One
//! `timeout` around everything is the call's deadline. hyper reports an answer when its head is complete, and does not
//! report when the request was sent. So in a trace of this model the first byte comes with the whole head, and `Sent`
//! is missing.
//!
//! *What is deliberately missing*: connections that are used again. `examples/pool.rs` shows the client that does that.

use std::error::Error;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use downstream_call::{
    Call, Failure, MAX_BODY_BYTES, MAX_FIELDS, MAX_HEAD_BYTES, Milestone, Outcome, Reply, Run, TooLarge,
};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::failures;

/// The shortest time that tokio's timers know.
const MOMENT: Duration = Duration::from_millis(1);

/// Makes one call, and does the work with its reply.
///
/// # Errors
/// The call's own failure.
pub async fn call(run: &Run, index: usize, call: &Call) -> Outcome {
    if run.cancel.is_cancelled() {
        return Err(Failure::Cancelled);
    }
    call.check()?;
    if call.timeout.is_zero() {
        return Err(Failure::TimedOut);
    }
    let finished = Finished::when_dropped(run, index);
    let mut exchange = pin!(exchange(run, index, call));
    let ended = match timeout(call.timeout, &mut exchange).await {
        // An answer that has arrived counts: in this moment tokio looks at the sockets once more.
        Err(_elapsed) => timeout(MOMENT, exchange).await,
        ended => ended,
    };
    let outcome = match ended {
        Ok(reply) => reply.map_err(|error| failures::from(&*error)),
        Err(_elapsed) => Err(Failure::TimedOut),
    };
    drop(finished);
    run.work_on(index, outcome)
}

/// Connects, sends and receives; none of these blocks the thread.
async fn exchange(run: &Run, index: usize, call: &Call) -> Result<Reply, Box<dyn Error + Send + Sync>> {
    let stream = TcpStream::connect(call.address).await?;
    let (mut sender, connection) = http1::Builder::new()
        .title_case_headers(true) // `Host`, as all other models write it
        .max_headers(MAX_FIELDS)
        .max_header_size(MAX_HEAD_BYTES)
        .max_buf_size(2 * MAX_HEAD_BYTES)
        .handshake(TokioIo::new(stream))
        .await?;
    let reply = async move {
        let response = sender.send_request(request(call)?).await?;
        run.trace.mark(index, Milestone::FirstByte);
        receive(response).await
    };
    // The connection reports its errors to the reply.
    let (reply, _) = tokio::join!(reply, connection);
    reply
}

/// One connection for each call (RFC 9112, section 9.6).
fn request(call: &Call) -> hyper::http::Result<Request<Empty<Bytes>>> {
    let request = Request::get(&*call.path).header(HOST, &*call.host).header(CONNECTION, "close");
    request.body(Empty::new())
}

/// Collects the body, unless it is too large.
async fn receive(response: Response<Incoming>) -> Result<Reply, Box<dyn Error + Send + Sync>> {
    let (status, body) = (response.status().as_u16(), response.into_body());
    if body.size_hint().lower() > MAX_BODY_BYTES as u64 {
        return Err(Failure::TooLarge(TooLarge::Body).into());
    }
    let body = Limited::new(body, MAX_BODY_BYTES).collect().await?.to_bytes();
    Ok(Reply { status, body: body.to_vec(), worked: None })
}

/// Marks the start of a call when it is made, and the end when it is dropped: a cancelled call is only dropped.
struct Finished<'run> {
    run: &'run Run,
    index: usize,
}

impl<'run> Finished<'run> {
    fn when_dropped(run: &'run Run, index: usize) -> Self {
        run.trace.mark(index, Milestone::Started);
        Self { run, index }
    }
}

impl Drop for Finished<'_> {
    fn drop(&mut self) {
        self.run.trace.mark(self.index, Milestone::Finished);
    }
}
