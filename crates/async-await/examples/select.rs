//! `select!`: whichever comes first.
//!
//! *How it waits*: one task polls all branches, so that whatever any of them waits for wakes it. asyncio's twin is
//! `wait(…, return_when=FIRST_COMPLETED)`, without the tasks.
//!
//! *What to notice*: the branch that lost is dropped where it stood, and a dropped future is a cancelled one: the
//! downstream sees the connection close. A future that is to go on after losing is pinned outside and lent to the
//! branch.
//!
//! *What is deliberately missing*: fairness. Ready branches are tried in random order; `biased` would take them from the
//! top.

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
    println!("{ticks} ticks while one call waited; losing a round did not cost the call its place");
    assert_eq!((body.as_str(), mock.stats().requests), ("slow", 1));
    assert!(ticks >= 3);
    Ok(())
}
