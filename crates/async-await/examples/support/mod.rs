//! A downstream for the examples, and a client that is as short as possible.
//!
//! `Mock::wait_for` blocks, which an `async fn` should not; the examples use it where no other task is left to run.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use downstream_mock::{Config, Mock};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};

/// One thread, as in asyncio.
pub(crate) fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// A downstream that takes its latency from the path: `/echo/7?latency_ms=50`.
pub(crate) fn downstream() -> io::Result<Mock> {
    Mock::start(Config { latency: Duration::ZERO, ..Config::default() })
}

/// The body of an answer.
pub(crate) async fn get(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
    body.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}
