//! A sleep that blocks the loop, and one that does not.
//!
//! ```sh
//! cargo run --release -p async-await --example blocking_sleep
//! cargo run --release -- trace --calls 5 --with blocking='target/release/examples/blocking_sleep {url} {calls}'
//! ```
//!
//! *How it waits*: `tokio::time::sleep` leaves a waker with the timer, and the thread runs other tasks.
//! `std::thread::sleep` keeps the thread, and with it every task on this loop. The equivalents in asyncio are
//! `asyncio.sleep` and `time.sleep`.
//!
//! *What to notice*: nothing warns. The program is correct and slow: sleeps add up, a ticker stops ticking, and a deadline
//! of 20 ms passes after 100. The same happens with everything that takes long without an `.await`: a blocking read, a
//! lock, a large computation. The cure is `spawn_blocking`.
//!
//! With a URL it makes calls, and naps wrongly after each answer. A trace of that shows answers that lie ready while the thread
//! sleeps in `clock_nanosleep`, away from its `epoll_wait`.
//!
//! *What is deliberately missing*: a second thread. With more threads it still happens, only later.

#[allow(dead_code, reason = "a trace brings its own downstream")]
mod support;

use std::io;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use support::{get, runtime};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep, timeout};

const NAP: Duration = Duration::from_millis(100);

fn main() -> io::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => run(),
        [url, calls] => {
            let calls = calls.parse().map_err(|_| unusable("the number of calls is no number"))?;
            runtime()?.block_on(naps_after_each_answer(url, calls))
        }
        _ => Err(unusable("use it with a URL and a number of calls, or alone")),
    }
}

pub(crate) fn run() -> io::Result<()> {
    runtime()?.block_on(async {
        sleeps_add_up_only_if_they_block().await;
        a_ticker_stops_only_if_a_task_blocks().await;
        a_deadline_needs_a_loop_that_turns().await;
    });
    Ok(())
}

/// The right one.
async fn nap() {
    sleep(NAP).await;
}

/// The wrong one: `async` in its signature, and no `.await` in its body.
async fn blocking_nap() {
    thread::sleep(NAP);
}

async fn sleeps_add_up_only_if_they_block() {
    let start = Instant::now();
    tokio::join!(nap(), nap(), nap());
    let together = start.elapsed();
    let start = Instant::now();
    tokio::join!(blocking_nap(), blocking_nap(), blocking_nap());
    let added_up = start.elapsed();
    println!("three naps of {NAP:?} take {together:?}; three that block take {added_up:?}");
    assert!(together >= NAP && added_up >= 3 * NAP && together < added_up);
}

async fn a_ticker_stops_only_if_a_task_blocks() {
    let free = longest_silence_during(nap()).await;
    let blocked = longest_silence_during(blocking_nap()).await;
    println!("a ticker of 10 ms was silent for {free:?} at most; beside a nap that blocks for {blocked:?}");
    assert!(blocked >= NAP && free < blocked);
}

async fn longest_silence_during(nap: impl Future<Output = ()>) -> Duration {
    let mut ticker = interval(Duration::from_millis(10));
    let (mut last, mut longest) = (Instant::now(), Duration::ZERO);
    let ticking = async {
        loop {
            ticker.tick().await;
            longest = longest.max(last.elapsed());
            last = Instant::now();
        }
    };
    // The nap goes first, and one more tick shows how late it made the ticker.
    let napping = async {
        nap.await;
        sleep(Duration::from_millis(20)).await;
    };
    tokio::select! {
        biased;
        () = napping => {}
        () = ticking => {}
    }
    longest
}

async fn a_deadline_needs_a_loop_that_turns() {
    let start = Instant::now();
    let in_time = timeout(NAP / 5, nap()).await;
    let (kept, start) = (start.elapsed(), Instant::now());
    let blocked = timeout(NAP / 5, blocking_nap()).await;
    println!(
        "a deadline of {:?} passed after {kept:?}; with a nap that blocks after {:?}",
        NAP / 5,
        start.elapsed()
    );
    assert!(in_time.is_err() && kept < NAP);
    assert!(blocked.is_ok() && start.elapsed() >= NAP, "no task could look at the clock");
}

/// Makes all calls at once, as a contestant of a race does, and blocks the loop after each answer.
async fn naps_after_each_answer(url: &str, calls: usize) -> io::Result<()> {
    let (address, path) =
        parts(url).ok_or_else(|| unusable("write the URL as http://127.0.0.1:8080/echo/{call}"))?;
    let mut tasks = JoinSet::new();
    for call in 0..calls {
        let path = path.replace("{call}", &call.to_string());
        tasks.spawn(async move {
            let body = get(address, &path).await?;
            blocking_nap().await;
            io::Result::Ok(format!("{call} 200 {body}"))
        });
    }
    while let Some(line) = tasks.join_next().await {
        println!("{}", line??);
    }
    Ok(())
}

fn parts(url: &str) -> Option<(SocketAddr, &str)> {
    let rest = url.strip_prefix("http://")?;
    let (address, path) = rest.split_at(rest.find('/')?);
    Some((address.parse().ok()?, path))
}

fn unusable(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}
