//! `spawn_blocking`: a thread for a function that would block the loop.
//!
//! *How it waits*: the function blocks a thread of tokio's second pool. The task that awaits it is woken when it returns.
//! The equivalents in asyncio are `run_in_executor` and `to_thread`.
//!
//! *What to notice*: the loop goes on meanwhile, and several such functions wait at the same time, as in `thread-pool`. A
//! thread cannot be cancelled: `abort` has no effect on a function that has started.
//!
//! *What is deliberately missing*: computing. The pool may grow to 512 threads, which suits waiting and not computing; see
//! `compute-offload`.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Builder;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::interval;

const BLOCKED: Duration = Duration::from_millis(150);

fn main() -> io::Result<()> {
    run()
}

pub(crate) fn run() -> io::Result<()> {
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        the_loop_goes_on().await?;
        blocking_functions_wait_together().await;
        what_has_started_cannot_be_cancelled().await;
        Ok(())
    })
}

async fn the_loop_goes_on() -> io::Result<()> {
    let mut ticker = interval(Duration::from_millis(15));
    let mut blocking = spawn_blocking(|| {
        thread::sleep(BLOCKED);
        thread::current().id()
    });
    let mut ticks = 0;
    let elsewhere = loop {
        tokio::select! {
            thread = &mut blocking => break thread?,
            _ = ticker.tick() => ticks += 1,
        }
    };
    println!("{ticks} ticks here while {elsewhere:?} was blocked");
    assert!(ticks >= 3 && elsewhere != thread::current().id());
    Ok(())
}

async fn blocking_functions_wait_together() {
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        tasks.spawn_blocking(|| thread::sleep(BLOCKED));
    }
    let ended = tasks.join_all().await.len();
    println!("{ended} functions of {BLOCKED:?} each took {:?} together", start.elapsed());
    assert!(start.elapsed() < 8 * BLOCKED);
}

async fn what_has_started_cannot_be_cancelled() {
    let done = Arc::new(AtomicBool::new(false));
    let (started, has_started) = tokio::sync::oneshot::channel();
    let function = {
        let done = Arc::clone(&done);
        move || {
            // The receiver waits below; it can't be gone.
            let _ = started.send(());
            thread::sleep(BLOCKED);
            done.store(true, Ordering::Release);
        }
    };
    let blocking = spawn_blocking(function);
    has_started.await.expect("it starts");
    blocking.abort();
    let ended = blocking.await;
    println!("aborted, and yet it ran to its end: {}", done.load(Ordering::Acquire));
    assert!(ended.is_ok() && done.load(Ordering::Acquire));
}
