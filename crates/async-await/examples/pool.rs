//! `Client`: many requests over few connections.
//!
//! *How it waits*: a request takes an idle connection from the pool, or waits for a new one. The client spawns each
//! connection as a task on the runtime. The equivalents in Python are `aiohttp.ClientSession` and `httpx.AsyncClient`.
//!
//! *What to notice*: make one client and share it; a clone has the same pool. A connection goes back to the pool when its
//! body has been read to the end, so read every body. `Connection: close` asks the server to close: each request then
//! needs a connection of its own, as each call of this project's models does.
//!
//! *What is deliberately missing*: a limit on connections. The pool bounds idle ones (`pool_max_idle_per_host`), and a
//! `Semaphore` bounds requests in flight.

#[allow(dead_code, reason = "this example has a client of its own")]
mod support;

use std::error::Error;
use std::io;

use bytes::Bytes;
use downstream_mock::Mock;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::header::CONNECTION;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use support::{downstream, runtime};
use tokio::task::JoinSet;

const ROUNDS: usize = 4;
const AT_ONCE: usize = 8;
const REQUESTS: u64 = (ROUNDS * AT_ONCE) as u64;

type Pool = Client<HttpConnector, Empty<Bytes>>;

fn main() -> io::Result<()> {
    run()
}

pub(crate) fn run() -> io::Result<()> {
    runtime()?.block_on(async {
        kept_connections().await?;
        closed_connections().await
    })
}

async fn kept_connections() -> io::Result<()> {
    let mock = downstream()?;
    rounds(&mock, "keep-alive").await?;
    let stats = mock.stats();
    println!("{REQUESTS} requests over {} connections, kept", stats.accepted);
    assert!(stats.answered == REQUESTS && stats.accepted < REQUESTS, "{stats:?}");
    Ok(())
}

async fn closed_connections() -> io::Result<()> {
    let mock = downstream()?;
    rounds(&mock, "close").await?;
    let stats = mock.stats();
    println!("{REQUESTS} requests over {} connections, each closed after its answer", stats.accepted);
    assert_eq!((stats.answered, stats.accepted), (REQUESTS, REQUESTS));
    Ok(())
}

/// Rounds of requests at the same time, all with one client.
async fn rounds(mock: &Mock, connection: &'static str) -> io::Result<()> {
    let client: Pool = Client::builder(TokioExecutor::new()).build_http();
    for round in 0..ROUNDS {
        let mut gets = JoinSet::new();
        for id in round * AT_ONCE..(round + 1) * AT_ONCE {
            let url = format!("{}/echo/{id}?latency_ms=20", mock.url());
            let client = client.clone();
            gets.spawn(async move { (id, get(&client, &url, connection).await) });
        }
        while let Some(ended) = gets.join_next().await {
            let (id, body) = ended?;
            assert_eq!(body.map_err(io::Error::other)?, id.to_string());
        }
    }
    Ok(())
}

/// The body of an answer, read to its end.
async fn get(
    client: &Pool,
    url: &str,
    connection: &'static str,
) -> Result<Bytes, Box<dyn Error + Send + Sync>> {
    let request = Request::get(url).header(CONNECTION, connection).body(Empty::new())?;
    let response = client.request(request).await?;
    Ok(response.into_body().collect().await?.to_bytes())
}
