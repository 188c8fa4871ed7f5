//! `Semaphore`: a limit on what happens at the same time.
//!
//! *How it waits*: `acquire` waits in a queue, first come first served, until a permit is dropped. The equivalent in
//! asyncio has the same name.
//!
//! *What to notice*: where a task takes its permit decides what is bounded. Inside the task, the semaphore bounds calls in
//! flight, and all tasks exist at once. Before `spawn`, it bounds tasks and memory as well, and the code that makes the
//! work has to wait: that is what backpressure means. `try_acquire` refuses work instead.
//!
//! *What is deliberately missing*: weights. Work that costs more can take more permits, with `acquire_many`.

mod support;

use std::io;
use std::sync::Arc;

use support::{downstream, get, runtime};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const AT_ONCE: usize = 3;

fn main() -> io::Result<()> {
    run()
}

pub(crate) fn run() -> io::Result<()> {
    runtime()?.block_on(async {
        bounded_calls().await?;
        bounded_tasks().await?;
        load_shed().await
    })
}

async fn bounded_calls() -> io::Result<()> {
    let mock = downstream()?;
    let (address, permits) = (mock.address(), Arc::new(Semaphore::new(AT_ONCE)));
    let mut tasks = JoinSet::new();
    for id in 0..12 {
        let permits = Arc::clone(&permits);
        tasks.spawn(async move {
            let _permit = permits.acquire().await.expect("it is never closed");
            get(address, &format!("/echo/{id}?latency_ms=20")).await
        });
    }
    let tasks_at_once = tasks.len();
    let calls = tasks.join_all().await.into_iter().filter(Result::is_ok).count();
    let peak = mock.stats().peak_in_flight;
    println!("{calls} calls, {peak} in flight at most, {tasks_at_once} tasks in memory");
    assert_eq!((calls, peak, tasks_at_once), (12, AT_ONCE as u64, 12));
    Ok(())
}

async fn bounded_tasks() -> io::Result<()> {
    let mock = downstream()?;
    let (address, permits) = (mock.address(), Arc::new(Semaphore::new(AT_ONCE)));
    let mut tasks = JoinSet::new();
    let (mut calls, mut most) = (0, 0);
    for id in 0..12 {
        let permit = Arc::clone(&permits).acquire_owned().await.expect("it is never closed");
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            let body = get(address, &format!("/echo/{id}?latency_ms=20")).await;
            drop(permit);
            body
        });
        (calls, most) = (calls + 1, most.max(tasks.len()));
    }
    tasks.join_all().await;
    println!("{calls} calls again, {most} tasks in memory at most");
    assert!(mock.stats().answered == 12 && most <= AT_ONCE + 1, "{most}");
    Ok(())
}

async fn load_shed() -> io::Result<()> {
    let mock = downstream()?;
    let permits = Semaphore::new(1);
    let serve = async |id: u32| match permits.try_acquire() {
        Ok(_permit) => get(mock.address(), &format!("/echo/{id}?latency_ms=20")).await,
        Err(_) => Ok("busy, come again later".to_owned()),
    };
    let (first, second) = tokio::try_join!(serve(1), serve(2))?;
    println!("the first got {first:?}, the second {second:?} at once");
    assert_eq!((first.as_str(), mock.stats().requests), ("1", 1));
    Ok(())
}
