//! `timeout`: a future with a deadline.
//!
//! *How it waits*: for the future and for a timer, until one of them is ready. The equivalents in asyncio are `wait_for`
//! and `asyncio.timeout`, and `timeout_at` for one deadline over several steps.
//!
//! *What to notice*: when the time is up, the future is dropped, which ends the call: the downstream sees it. Work that
//! must go on is spawned first, and the timeout is only for its handle; asyncio calls that `shield`.
//!
//! *What is deliberately missing*: a timeout for each step. Steps that are each on time can be late together, so this
//! project has one deadline for a whole call.

mod support;

use std::io;
use std::time::Duration;

use support::{downstream, get, runtime};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

const SOON: Duration = Duration::from_millis(50);

fn main() -> io::Result<()> {
    run()
}

pub(crate) fn run() -> io::Result<()> {
    runtime()?.block_on(async {
        time_is_up().await?;
        one_deadline_for_two_steps().await?;
        a_shielded_call_goes_on().await
    })
}

async fn time_is_up() -> io::Result<()> {
    let mock = downstream()?;
    let start = Instant::now();
    let late = timeout(SOON, get(mock.address(), "/echo/late?latency_ms=60000")).await;
    println!("gave up after {:?}: {}", start.elapsed(), late.is_err());
    assert!(late.is_err() && start.elapsed() >= SOON, "never early");
    assert!(mock.wait_for(Duration::from_secs(1), |stats| stats.aborted == 1));
    Ok(())
}

async fn one_deadline_for_two_steps() -> io::Result<()> {
    let mock = downstream()?;
    let deadline = Instant::now() + 2 * SOON;
    let first = timeout_at(deadline, get(mock.address(), "/echo/1?latency_ms=60")).await;
    let second = timeout_at(deadline, get(mock.address(), "/echo/2?latency_ms=60000")).await;
    println!(
        "the first step was on time: {}; the second had the time that was left: {}",
        first.is_ok(),
        second.is_err()
    );
    assert!(first.is_ok() && second.is_err() && Instant::now() >= deadline);
    Ok(())
}

async fn a_shielded_call_goes_on() -> io::Result<()> {
    let mock = downstream()?;
    let address = mock.address();
    let mut call = tokio::spawn(async move { get(address, "/echo/anyway?latency_ms=150").await });
    let late = timeout(SOON, &mut call).await;
    assert!(late.is_err());
    sleep_until(Instant::now() + SOON).await;
    let body = call.await??;
    println!("one wait for it timed out, and still it answered {body:?}");
    assert_eq!((body.as_str(), mock.stats().aborted), ("anyway", 0));
    Ok(())
}
