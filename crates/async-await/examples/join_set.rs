//! `JoinSet`: many tasks, and their results as they end.
//!
//! *How it waits*: each task waits by itself; the set wakes its owner when one of them is over. The equivalents in asyncio
//! are `as_completed`, and `TaskGroup` for the end: no task outlives the set.
//!
//! *What to notice*: answers come in the order of their latency, not of their start. A task that panics is one `Err` among
//! the results. Dropping the set aborts the remaining tasks at their next `.await`; `shutdown` also waits until they are
//! gone.
//!
//! *What is deliberately missing*: order. To keep it, a task returns an index with its result, as in this crate's
//! `fan_out`.

mod support;

use std::io;
use std::panic::resume_unwind;
use std::time::Duration;

use support::{downstream, get, runtime};
use tokio::task::JoinSet;

fn main() -> io::Result<()> {
    run()
}

pub(crate) fn run() -> io::Result<()> {
    runtime()?.block_on(async {
        answers_come_as_they_end().await?;
        a_panic_costs_one_task().await;
        nothing_outlives_the_set().await
    })
}

async fn answers_come_as_they_end() -> io::Result<()> {
    let mock = downstream()?;
    let address = mock.address();
    let mut tasks = JoinSet::new();
    for latency_ms in [150, 50, 100] {
        tasks
            .spawn(async move { get(address, &format!("/echo/{latency_ms}?latency_ms={latency_ms}")).await });
    }
    let mut answers = Vec::new();
    while let Some(answer) = tasks.join_next().await {
        answers.push(answer??);
    }
    println!("started as 150, 50, 100 and answered as {}", answers.join(", "));
    assert_eq!(answers, ["50", "100", "150"]);
    assert_eq!(mock.stats().peak_in_flight, 3);
    Ok(())
}

async fn a_panic_costs_one_task() {
    let mut tasks = JoinSet::new();
    for divisor in [1, 0, 2] {
        // `resume_unwind` panics without a message, which would look as if this example had failed.
        tasks.spawn(async move {
            10_u32.checked_div(divisor).unwrap_or_else(|| resume_unwind(Box::new("by zero")))
        });
    }
    let (mut whole, mut broken) = (0, 0);
    while let Some(result) = tasks.join_next().await {
        match result {
            Ok(_) => whole += 1,
            Err(error) => broken += u32::from(error.is_panic()),
        }
    }
    println!("{whole} tasks ended well and {broken} panicked");
    assert_eq!((whole, broken), (2, 1));
}

async fn nothing_outlives_the_set() -> io::Result<()> {
    let mock = downstream()?;
    let address = mock.address();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { get(address, "/echo/never?latency_ms=60000").await });
    tasks.spawn(async move { get(address, "/echo/soon?latency_ms=50").await });
    let first = tasks.join_next().await.expect("there are two")??;
    tasks.shutdown().await;
    let left = mock.wait_for(Duration::from_secs(1), |stats| stats.aborted == 1);
    println!("after {first:?} the set was shut down, and the other call with it: {left}");
    assert!(left);
    Ok(())
}
