//! Tests of tasks, on one thread and on many. The conformance suite has the requirements of all models.

use std::num::NonZeroUsize;
use std::thread;
use std::time::{Duration, Instant};

use async_await::AsyncAwait;
use downstream_call::{Call, Cancel, Diamond, Failure, Mark, Milestone, Model, Outcome, Run, Trace};
use downstream_mock::{Config, Mock};
use rstest::rstest;

const PLENTY: Duration = Duration::from_secs(10);

type Make = fn() -> std::io::Result<AsyncAwait>;
const ONE: Make = AsyncAwait::one_thread;
const MANY: Make = AsyncAwait::many_threads;

fn mock(latency: Duration) -> Mock {
    Mock::start(Config { latency, ..Config::default() }).expect("a mock")
}

fn calls(mock: &Mock, count: usize) -> Vec<Call> {
    let call = |id| Call::get(&format!("{}/echo/{id}", mock.url()), PLENTY).expect("a call");
    (0..count).map(call).collect()
}

fn plan(mock: &Mock) -> Diamond {
    Diamond::new(Call::get(&format!("{}/diamond", mock.url()), PLENTY).expect("a call"))
}

fn in_flight(count: usize) -> Run {
    Run { in_flight: NonZeroUsize::new(count).expect("not zero"), ..Run::default() }
}

fn fan_out(make: Make, run: &Run, calls: &[Call]) -> Vec<Outcome> {
    make().expect("a runtime").fan_out(run, calls).expect("a run")
}

fn diamond(make: Make, run: &Run, plan: &Diamond) -> Outcome {
    make().expect("a runtime").diamond(run, plan).expect("a run")
}

fn cancel_soon(run: &Run, mock: &Mock, requests: u64) {
    assert!(mock.wait_for(PLENTY, |stats| stats.requests == requests));
    run.cancel.cancel();
}

#[rstest]
fn a_deadline_is_one_for_the_whole_call_and_never_early(#[values(ONE, MANY)] make: Make) {
    let mock = mock(Duration::from_secs(60));
    let mut calls = calls(&mock, 50);
    for (index, call) in calls.iter_mut().enumerate() {
        call.timeout = Duration::from_micros(20_000 + 333 * index as u64);
    }
    let run = Run { trace: Trace::on(), ..Run::default() };
    assert!(fan_out(make, &run, &calls).iter().all(|outcome| *outcome == Err(Failure::TimedOut)));
    let marks = run.trace.marks();
    for (index, call) in calls.iter().enumerate() {
        let at = |wanted| marks.iter().find(|mark| (mark.call, mark.milestone) == (index, wanted));
        let [start, end] =
            [Milestone::Started, Milestone::Finished].map(|milestone| at(milestone).expect("a mark").at);
        assert!(end - start >= call.timeout, "{:?} for {:?}", end - start, call.timeout);
    }
}

#[rstest]
fn a_cancelled_run_ends_at_once(#[values(ONE, MANY)] make: Make) {
    let mock = mock(Duration::from_secs(60));
    let run = Run { cancel: Cancel::new().expect("descriptors"), trace: Trace::on(), ..in_flight(20) };
    let start = Instant::now();
    let outcomes = thread::scope(|scope| {
        scope.spawn(|| cancel_soon(&run, &mock, 20));
        fan_out(make, &run, &calls(&mock, 50))
    });
    assert!(start.elapsed() < Duration::from_secs(5));
    assert!(outcomes.iter().all(|outcome| *outcome == Err(Failure::Cancelled)));
    assert!(mock.wait_for(PLENTY, |stats| stats.aborted == 20 && stats.open_connections == 0));
    let finished = |mark: &&Mark| mark.milestone == Milestone::Finished;
    assert_eq!(run.trace.marks().iter().filter(finished).count(), 20);
}

#[rstest]
fn a_cancelled_diamond_ends_at_once(#[values(ONE, MANY)] make: Make) {
    let mock = mock(Duration::from_secs(60));
    let run = Run { cancel: Cancel::new().expect("descriptors"), ..Run::default() };
    let outcome = thread::scope(|scope| {
        scope.spawn(|| cancel_soon(&run, &mock, 1));
        diamond(make, &run, &plan(&mock))
    });
    assert_eq!(outcome, Err(Failure::Cancelled));
    assert!(mock.wait_for(PLENTY, |stats| stats.aborted == 1));
}
