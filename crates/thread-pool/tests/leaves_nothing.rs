//! After a run, threads and descriptors are what they were before; after a model, too. Alone in its process, because it
//! counts them.
#![cfg(target_os = "linux")]

use std::num::NonZeroUsize;
use std::time::Duration;

use downstream_call::{Call, Failure, Model, Run};
use downstream_mock::{Config, Mock};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use thread_pool::{Rayon, ThreadPerCall, ThreadPool};

type New = fn() -> Box<dyn Model>;

fn count(folder: &str) -> usize {
    std::fs::read_dir(folder).expect("/proc").count()
}

fn threads_and_descriptors() -> (usize, usize) {
    (count("/proc/self/task"), count("/proc/self/fd"))
}

#[test]
fn threads_and_descriptors_are_as_before() {
    let mock =
        Mock::start(Config { latency: Duration::from_millis(10), ..Config::default() }).expect("a mock");
    let call = |id| Call::get(&format!("{}/echo/{id}", mock.url()), Duration::from_secs(5)).expect("a call");
    let calls: Vec<Call> = (0..50).map(call).collect();
    let new: [(&str, usize, New); 3] = [
        ("thread-per-call", 0, || Box::new(ThreadPerCall::new().expect("a model"))),
        ("thread-pool", 32, || Box::new(ThreadPool::new().expect("a model"))),
        ("rayon", 32, || Box::new(Rayon::new().expect("a model"))),
    ];
    let idle = |stats: &downstream_mock::Stats| stats.open_connections == 0;
    for (name, workers, new) in new {
        let before = threads_and_descriptors();
        let mut model = new();
        for in_flight in [50, 3] {
            let run = Run { in_flight: NonZeroUsize::new(in_flight).expect("not zero"), ..Run::default() };
            let outcomes = model.fan_out(&run, &calls).expect("a run");
            assert!(outcomes.iter().all(Result::is_ok), "{name}");
            // The mock is in this process: its end of a connection is a descriptor, too.
            assert!(mock.wait_for(Duration::from_secs(5), idle));
            assert_eq!(threads_and_descriptors(), (before.0 + workers, before.1), "{name}");
        }
        drop(model);
        assert_eq!(threads_and_descriptors(), before, "{name}");
    }
    a_thread_that_cannot_be_started_is_that_call_s_failure(&calls);
}

/// The limit holds for the whole process, so this comes last.
fn a_thread_that_cannot_be_started_is_that_call_s_failure(calls: &[Call]) {
    let mut model = ThreadPerCall::new().expect("a model");
    // Room for about a dozen stacks of 256 KiB, and no more.
    let maximum = getrlimit(Resource::As).maximum;
    let limit = Rlimit { current: Some(address_space_bytes() + (3 << 20)), maximum };
    setrlimit(Resource::As, limit).expect("a limit");
    let outcomes = model.fan_out(&Run::default(), calls).expect("a run");
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
