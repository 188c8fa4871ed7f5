//! hyper's client as an oracle: how a call must end, over a socket or with an answer in memory.
//!
//! *How it waits*: [`ends_at`] waits in tokio. In memory nothing waits: a future that is never woken again counts as
//! timed out.
//!
//! *What to notice*: the limits are those of every model. This package depends on nothing of ours, so that the mock's
//! tests, the tests of `Exchange` and the fuzzer can ask the same oracle.
//!
//! *What is deliberately missing*: the client of `async-await`, which is a model under test like the others.

mod classes;
mod delivery;
mod peer;

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
pub use classes::Refusal;
pub use delivery::{Delivery, End};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::Request;
use hyper::body::Body;
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST};
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use peer::{Peer, run};
use tokio::net::TcpStream;

const MAX_FIELDS: usize = 100;
const MAX_HEAD_BYTES: usize = 64 * 1024;
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// The host and the path of calls for which they do not matter.
const ANYWHERE: (&str, &str) = ("127.0.0.1:8080", "/get_resource");

/// How a call ends: with a status and a body, or with a failure.
pub type Ending = Result<(u16, Vec<u8>), Refusal>;

/// How hyper's client ends with a server.
///
/// # Panics
/// When the system has no epoll left.
pub fn ends_at(address: SocketAddr, path: &str, timeout: Duration) -> Ending {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let call = async {
            let stream = TcpStream::connect(address).await?;
            exchange(TokioIo::new(stream), &address.to_string(), path).await
        };
        let ended = tokio::time::timeout(timeout, call).await;
        ended
            .map_or_else(|_| Err(Refusal::timed_out()), |ended| ended.map_err(|error| Refusal::from(&*error)))
    })
}

/// How hyper's client ends with an answer that begins to arrive once the request is sent.
pub fn ends_with(delivery: &Delivery) -> Ending {
    in_memory(Peer::new(delivery))
}

/// How hyper's client ends with an answer that is there before the request is sent.
pub fn ends_unasked(delivery: &Delivery) -> Ending {
    in_memory(Peer::new(delivery).unasked())
}

/// The bytes that hyper's client sends; none for a request that it refuses.
#[must_use]
pub fn sends(host: &str, path: &str) -> Vec<u8> {
    let peer = Peer::new(&Delivery::whole(b"HTTP/1.1 204 No Content\r\n\r\n", End::Close));
    let request = peer.request();
    // Only the request matters, not how the call ends.
    let _ = run(exchange(peer, host, path));
    request.bytes()
}

fn in_memory(peer: Peer) -> Ending {
    let (host, path) = ANYWHERE;
    let ended = run(exchange(peer, host, path));
    ended.map_or_else(|| Err(Refusal::timed_out()), |ended| ended.map_err(|error| Refusal::from(&*error)))
}

/// One call over any connection, within the limits.
async fn exchange(
    connection: impl Read + Write + Unpin,
    host: &str,
    path: &str,
) -> Result<(u16, Vec<u8>), Box<dyn Error + Send + Sync>> {
    let request = Request::get(path).header(HOST, host).header(CONNECTION, "close");
    let request = request.body(Empty::<Bytes>::new())?;
    let (mut sender, connection) = http1::Builder::new()
        .title_case_headers(true)
        .max_headers(MAX_FIELDS)
        .max_header_size(MAX_HEAD_BYTES)
        .max_buf_size(2 * MAX_HEAD_BYTES)
        .handshake(connection)
        .await?;
    let reply = async move {
        let response = sender.send_request(request).await?;
        let (status, body) = (response.status().as_u16(), response.into_body());
        if body.size_hint().lower() > MAX_BODY_BYTES as u64 {
            return Err(Refusal::too_large().into());
        }
        let body = Limited::new(body, MAX_BODY_BYTES).collect().await?.to_bytes();
        Ok((status, body.to_vec()))
    };
    // The connection reports its errors to the reply.
    tokio::join!(reply, connection).0
}
