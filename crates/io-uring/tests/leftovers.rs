//! What a run leaves behind. A program of its own, with one test: others would open descriptors meanwhile.
#![cfg(target_os = "linux")]

use std::time::Duration;

use completion_ring::CompletionRing;
use downstream_call::{Call, Failure, Model, Run};
use downstream_mock::{Config, Mock};

const LATENCY: Duration = Duration::from_millis(40);
const PLENTY: Duration = Duration::from_secs(10);

/// Descriptors and threads of this process.
fn open() -> (usize, usize) {
    let count = |folder| std::fs::read_dir(folder).expect("a list").count();
    (count("/proc/self/fd"), count("/proc/self/task"))
}

#[test]
fn threads_and_descriptors_are_as_before_after_a_run() {
    let mock = Mock::start(Config { latency: LATENCY, ..Config::default() }).expect("a mock");
    let call = |id| Call::get(&format!("{}/echo/{id}", mock.url()), PLENTY).expect("a call");
    let mut calls: Vec<_> = (0..30).map(call).collect();
    calls[3].timeout = LATENCY / 4;
    let mut model = CompletionRing::new().expect("a model");
    let before = open();
    let outcomes = model.fan_out(&Run::default(), &calls).expect("a run");
    assert_eq!(outcomes[3], Err(Failure::TimedOut));
    assert!(mock.wait_for(PLENTY, |stats| stats.open_connections == 0));
    assert_eq!(open(), before);
}
