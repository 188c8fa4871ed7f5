//! hyper's own client, set up as strictly as the design says, and its errors by the names of the contestant protocol.

use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::{Request, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use std::{
    error::Error,
    io::{self, ErrorKind},
    iter::successors,
    net::SocketAddr,
    time::Duration,
};
use tokio::net::TcpStream;

const MAX_FIELDS: usize = 100;
const MAX_HEAD_BYTES: usize = 64 * 1024;
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// A status and a body, or the class of a failure and what hyper said.
pub(crate) type Seen = Result<(u16, Vec<u8>), (&'static str, String)>;

/// One call on a connection of its own, over by its deadline.
pub(crate) fn call(address: SocketAddr, path: &str, timeout: Duration) -> Seen {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        match tokio::time::timeout(timeout, exchange(address, path)).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(error)) => Err((class(&*error), chain(&*error))),
            Err(_) => Err(("timed-out", String::new())),
        }
    })
}

async fn exchange(address: SocketAddr, path: &str) -> Result<(u16, Vec<u8>), Box<dyn Error + Send + Sync>> {
    let socket = TokioIo::new(TcpStream::connect(address).await?);
    let (mut sender, connection) =
        http1::Builder::new().max_headers(MAX_FIELDS).max_buf_size(MAX_HEAD_BYTES).handshake(socket).await?;
    tokio::spawn(connection);
    let request = Request::get(path)
        .header("Host", address.to_string())
        .header("Connection", "close")
        .body(Empty::<Bytes>::new())?;
    let response = sender.send_request(request).await?;
    let status = response.status().as_u16();
    let body = Limited::new(response.into_body(), MAX_BODY_BYTES).collect().await?.to_bytes();
    Ok((status, body.to_vec()))
}

fn class(error: &(dyn Error + 'static)) -> &'static str {
    successors(Some(error), |&error| error.source()).find_map(class_of_one).unwrap_or("unknown")
}

fn class_of_one(error: &(dyn Error + 'static)) -> Option<&'static str> {
    if error.is::<LengthLimitError>() {
        return Some("too-large");
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return class_of_hyper(error);
    }
    error.downcast_ref::<io::Error>().and_then(class_of_io)
}

fn class_of_hyper(error: &hyper::Error) -> Option<&'static str> {
    match error {
        _ if error.is_parse_too_large() => Some("too-large"),
        _ if error.is_parse() => Some("malformed"),
        _ if error.is_incomplete_message() => Some("incomplete"),
        _ => None,
    }
}

fn class_of_io(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        ErrorKind::ConnectionRefused => Some("connect-refused"),
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => Some("reset"),
        ErrorKind::UnexpectedEof => Some("incomplete"),
        // hyper has no type for the limits of a chunked body: only the text tells them from bad syntax.
        ErrorKind::InvalidData if is_limit(&error.to_string()) => Some("too-large"),
        ErrorKind::InvalidData | ErrorKind::InvalidInput => Some("malformed"),
        _ => None,
    }
}

fn is_limit(text: &str) -> bool {
    ["over limit", "trailers count overflow"].iter().any(|limit| text.contains(limit))
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let texts: Vec<String> =
        successors(Some(error), |&error| error.source()).map(ToString::to_string).collect();
    texts.join(": ")
}
