//! `select!`: the first of several futures.
//!
//! *How it waits*: one task polls all branches, so a wake for any of them wakes the task. The equivalent in asyncio is
//! `wait(…, return_when=FIRST_COMPLETED)`, without tasks.
//!
//! *What to notice*: the other branches are dropped, and a dropped future is cancelled: the downstream sees the connection
//! close. A future that has to go on is pinned outside, and the branch borrows it.
//!
//! *What is deliberately missing*: an order. Ready branches are tried in random order; `biased` tries them from the top.

mod support;

use std::io;
use std::pin::pin;
use std::time::Duration;

use support::{downstream, get, runtime};
use tokio::time::interval;

fn main() -> io::Result<()> {
    run()
}

pub(crate) fn run() -> io::Result<()> {
    runtime()?.block_on(async {
        the_first_answer_wins().await?;
        a_ticker_beside_a_call().await
    })
}

async fn the_first_answer_wins() -> io::Result<()> {
    let mock = downstream()?;
    let mirror = tokio::select! {
        body = get(mock.address(), "/echo/near?latency_ms=20") => body?,
        body = get(mock.address(), "/echo/far?latency_ms=60000") => body?,
    };
    println!("the {mirror} mirror answered first");
    assert_eq!(mirror, "near");
    let left = mock.wait_for(Duration::from_secs(1), |stats| stats.aborted == 1);
    println!("the far mirror saw its caller leave: {left}");
    assert!(left);
    Ok(())
}

async fn a_ticker_beside_a_call() -> io::Result<()> {
    let mock = downstream()?;
    let mut ticker = interval(Duration::from_millis(20));
    let mut call = pin!(get(mock.address(), "/echo/slow?latency_ms=200"));
    let mut ticks = 0;
    let body = loop {
        tokio::select! {
            body = &mut call => break body?,
            _ = ticker.tick() => ticks += 1,
        }
    };
    println!("{ticks} ticks while one call waited, and the call was made only once");
    assert_eq!((body.as_str(), mock.stats().requests), ("slow", 1));
    assert!(ticks >= 3);
    Ok(())
}
