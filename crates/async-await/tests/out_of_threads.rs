//! A runtime whose threads cannot all be started is an error, and no panic. It is the only test in its file, because the
//! limit holds for the whole process.
#![cfg(target_os = "linux")]

use std::io::ErrorKind;

use async_await::AsyncAwait;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Address space for one stack of 2 MiB, which is the one that tokio is built on, and some memory.
const ROOM_FOR_ONE: u64 = 3 << 20;

#[test]
fn threads_that_cannot_be_started_are_an_error() {
    let maximum = getrlimit(Resource::As).maximum;
    let limit = Rlimit { current: Some(address_space_bytes() + ROOM_FOR_ONE), maximum };
    setrlimit(Resource::As, limit).expect("a limit");
    let error = AsyncAwait::many_threads().expect_err("no threads");
    assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}");
}

fn address_space_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("/proc");
    let pages: u64 = statm.split(' ').next().and_then(|pages| pages.parse().ok()).expect("a number");
    pages * rustix::param::page_size() as u64
}
