//! Each example checks what it shows; this test runs them all.

// Each example is a program with a `main`, and has its own copy of the support module.
#![allow(dead_code, clippy::duplicate_mod)]

#[path = "../examples/blocking_sleep.rs"]
mod blocking_sleep;
#[path = "../examples/join_set.rs"]
mod join_set;
#[path = "../examples/pool.rs"]
mod pool;
#[path = "../examples/process.rs"]
mod process;
#[path = "../examples/select.rs"]
mod select;
#[path = "../examples/semaphore.rs"]
mod semaphore;
#[path = "../examples/spawn_blocking.rs"]
mod spawn_blocking;
#[path = "../examples/timeout.rs"]
mod timeout;

use std::time::{Duration, Instant};

use rstest::rstest;

#[rstest]
#[case::blocking_sleep(blocking_sleep::run)]
#[case::join_set(join_set::run)]
#[case::pool(pool::run)]
#[case::process(process::run)]
#[case::select(select::run)]
#[case::semaphore(semaphore::run)]
#[case::spawn_blocking(spawn_blocking::run)]
#[case::timeout(timeout::run)]
fn the_example_holds_its_assertions_within_seconds(#[case] run: fn() -> std::io::Result<()>) {
    let start = Instant::now();
    run().expect("no error");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}
