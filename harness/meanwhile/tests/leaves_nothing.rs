//! Runs leave threads and descriptors as they were, and dropping a model leaves them as they were before it.
//!
//! One test, alone in its file: it counts the threads and descriptors of the whole process.
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::num::NonZeroUsize;
use std::thread;
use std::time::{Duration, Instant};

use downstream_call::{Call, Cancel, Failure, Model, Run};
use downstream_mock::{Config, Mock};
use meanwhile::models::{Entry, MODELS, Setup};

const LATENCY: Duration = Duration::from_millis(8);

/// How long the kernel may take to end threads and close sockets.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a process has taken from the system.
#[derive(Clone, Copy, Debug)]
struct Taken {
    threads: usize,
    descriptors: usize,
}

impl Taken {
    fn now() -> Self {
        let count = |folder| fs::read_dir(folder).expect("/proc").count();
        Self { threads: count("/proc/self/task"), descriptors: count("/proc/self/fd") }
    }

    /// Whether no more is taken than `due`, if need be after a while.
    fn at_most(due: Self) -> bool {
        let start = Instant::now();
        let held = || {
            let now = Self::now();
            now.threads <= due.threads && now.descriptors <= due.descriptors
        };
        while !held() && start.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(1));
        }
        held()
    }
}

#[test]
fn runs_and_models_leave_threads_and_descriptors_as_they_were() {
    let mock = Mock::start(Config { latency: LATENCY, ..Config::default() }).expect("a mock");
    let before = Taken::now();
    for entry in MODELS.iter().filter(|entry| support::can_be_made(entry)) {
        let setup = Setup { meanwhile: Some(support::MEANWHILE.into()), ..Setup::default() };
        let mut model = (entry.new)(&setup).expect(entry.name);
        // A model may make something when it is first needed.
        three_runs(&mut *model, entry, &mock);
        let first = Taken::now();
        for _ in 0..3 {
            three_runs(&mut *model, entry, &mock);
            assert!(Taken::at_most(first), "{}: {first:?} after runs, then {:?}", entry.name, Taken::now());
        }
        drop(model);
        assert!(Taken::at_most(before), "{}: {before:?} before it, then {:?}", entry.name, Taken::now());
    }
}

/// A run that ends well, one with a limit, and one whose deadlines pass.
fn three_runs(model: &mut dyn Model, entry: &Entry, mock: &Mock) {
    let call = |path| Call::get(&format!("{}{path}", mock.url()), PATIENCE).expect("a call");
    let calls: Vec<Call> = (0..6).map(|id| call(format!("/echo/{id}"))).collect();
    for in_flight in [NonZeroUsize::MAX, NonZeroUsize::MIN.saturating_add(2)] {
        let run = Run { in_flight, cancel: Cancel::new().expect("descriptors"), ..Run::default() };
        let outcomes = model.fan_out(&run, &calls).expect("a run");
        assert!(outcomes.iter().all(Result::is_ok), "{}: {outcomes:?}", entry.name);
    }
    let never = Call { timeout: LATENCY, ..call("/echo/never?latency_ms=60000".into()) };
    let outcomes = model.fan_out(&Run::default(), &vec![never; 6]).expect("a run");
    assert!(
        outcomes.iter().all(|outcome| *outcome == Err(Failure::TimedOut)),
        "{}: {outcomes:?}",
        entry.name
    );
    // The mock is in this process: its end of a connection is a descriptor as well.
    assert!(mock.wait_for(PATIENCE, |stats| stats.open_connections == 0));
}
