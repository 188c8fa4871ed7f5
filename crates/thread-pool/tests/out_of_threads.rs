//! A thread that cannot be started is the failure of one call. It is the only test in its file, because the limit holds
//! for the whole process.
#![cfg(target_os = "linux")]

use std::time::Duration;

use downstream_call::{Call, Failure, Model, Run};
use downstream_mock::{Config, Mock};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use thread_pool::{ThreadPerCall, ThreadPool};

#[test]
fn a_thread_that_cannot_be_started_is_the_failure_of_its_call() {
    let mock =
        Mock::start(Config { latency: Duration::from_millis(10), ..Config::default() }).expect("a mock");
    let call = |id| Call::get(&format!("{}/echo/{id}", mock.url()), Duration::from_secs(5)).expect("a call");
    let calls: Vec<Call> = (0..50).map(call).collect();
    let mut model = ThreadPerCall::new().expect("a model");
    // Grows the heaps before the limit holds. This uses another model, because libc would keep this model's stacks for
    // its next threads.
    let outcomes = ThreadPool::new().expect("a pool").fan_out(&Run::default(), &calls).expect("a run");
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");

    // Room for about a dozen stacks of 256 KiB.
    let maximum = getrlimit(Resource::As).maximum;
    let limit = Rlimit { current: Some(address_space_bytes() + (3 << 20)), maximum };
    setrlimit(Resource::As, limit).expect("a limit");
    let outcomes = model.fan_out(&Run::default(), &calls).expect("a run");
    let refused = |outcome: &&_| matches!(outcome, Err(Failure::System(_)));
    assert!(outcomes.iter().any(Result::is_ok), "{outcomes:?}");
    assert!(outcomes.iter().any(|outcome| refused(&outcome)), "{outcomes:?}");
    assert!(outcomes.iter().all(|outcome| outcome.is_ok() || refused(&outcome)), "{outcomes:?}");
}

fn address_space_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("/proc");
    let pages: u64 = statm.split(' ').next().and_then(|pages| pages.parse().ok()).expect("a number");
    pages * rustix::param::page_size() as u64
}
