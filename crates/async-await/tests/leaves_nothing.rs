//! After a run, threads and descriptors are what they were before; after a model, too. Alone in its process, because it
//! counts them.
#![cfg(target_os = "linux")]

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use async_await::AsyncAwait;
use downstream_call::{Call, Cancel, Model, Reply, Run, Work};
use downstream_mock::{Config, Mock};

static PEAK_THREADS: AtomicUsize = AtomicUsize::new(0);

fn count(folder: &str) -> usize {
    std::fs::read_dir(folder).expect("/proc").count()
}

fn threads_and_descriptors() -> (usize, usize) {
    (count("/proc/self/task"), count("/proc/self/fd"))
}

fn note_threads(_: &Reply) -> u64 {
    PEAK_THREADS.fetch_max(count("/proc/self/task"), Ordering::Relaxed) as u64
}

#[test]
fn threads_and_descriptors_are_as_before() {
    let mock =
        Mock::start(Config { latency: Duration::from_millis(10), ..Config::default() }).expect("a mock");
    let call = |id| Call::get(&format!("{}/echo/{id}", mock.url()), Duration::from_secs(5)).expect("a call");
    let calls: Vec<Call> = (0..50).map(call).collect();
    let cores = available_parallelism().expect("cores").get();
    let models = [(AsyncAwait::one_thread as fn() -> _, 0), (AsyncAwait::many_threads, cores)];
    for (new, threads) in models {
        let before = threads_and_descriptors();
        let mut model = new().expect("a runtime");
        // Two runs: whatever a runtime makes only when it is first needed is there after one.
        let runs = [50, 3, 50].map(|in_flight| {
            let in_flight = NonZeroUsize::new(in_flight).expect("not zero");
            let run = Run { in_flight, cancel: Cancel::new().expect("descriptors"), ..Run::default() };
            let run = Run { work: Work::Function(note_threads), ..run };
            assert!(model.fan_out(&run, &calls).expect("a run").iter().all(Result::is_ok));
            drop(run);
            // The mock is in this process: its end of a connection is a descriptor, too.
            assert!(mock.wait_for(Duration::from_secs(5), |stats| stats.open_connections == 0));
            threads_and_descriptors()
        });
        assert!(
            runs.iter().all(|run| *run == runs[0] && run.0 == before.0 + threads),
            "{before:?}: {runs:?}"
        );
        assert_eq!(PEAK_THREADS.swap(0, Ordering::Relaxed), before.0 + threads);
        drop(model);
        assert_eq!(threads_and_descriptors(), before);
    }
}
