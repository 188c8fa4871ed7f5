//! Tests of futures when a run ends early. The conformance suite has the requirements of all models.
#![cfg(not(any(loom, shuttle)))]

use std::num::NonZeroUsize;
use std::thread;
use std::time::{Duration, Instant};

use downstream_call::{Call, Cancel, Diamond, Failure, Milestone, Model, Run, Trace, Work};
use downstream_mock::{Config, Mock};
use mini_runtime::MiniRuntime;

const LATENCY: Duration = Duration::from_millis(30);
const PLENTY: Duration = Duration::from_secs(5);

fn mock() -> Mock {
    Mock::start(Config { latency: LATENCY, ..Config::default() }).expect("a mock")
}

fn get(mock: &Mock, path: &str, timeout: Duration) -> Call {
    Call::get(&format!("{}{path}", mock.url()), timeout).expect("a call")
}

fn echoes(mock: &Mock, count: usize) -> Vec<Call> {
    (0..count).map(|index| get(mock, &format!("/echo/{index}"), PLENTY)).collect()
}

fn at_most(in_flight: usize) -> Run {
    Run { in_flight: NonZeroUsize::new(in_flight).expect("not zero"), ..Run::default() }
}

#[test]
fn a_cancelled_run_ends_its_calls_at_once_and_starts_no_other() {
    let (mock, mut model) = (mock(), MiniRuntime::new().expect("a model"));
    let run = Run { cancel: Cancel::new().expect("a cancel"), trace: Trace::on(), ..at_most(2) };
    let calls = vec![get(&mock, "/get_resource?latency_ms=4000", PLENTY); 5];
    let start = Instant::now();
    let outcomes = thread::scope(|scope| {
        scope.spawn(|| {
            assert!(mock.wait_for(PLENTY, |stats| stats.in_flight == 2));
            run.cancel.cancel();
        });
        model.fan_out(&run, &calls).expect("machinery")
    });
    assert_eq!(outcomes, vec![Err(Failure::Cancelled); 5]);
    assert!(start.elapsed() < PLENTY);
    assert_eq!(mock.stats().requests, 2);
    let finished = run.trace.marks().into_iter().filter(|mark| mark.milestone == Milestone::Finished);
    assert_eq!(finished.count(), 2, "the trace has the end of each call that was started");
    assert_eq!(model.fan_out(&Run::default(), &echoes(&mock, 1)).expect("machinery").len(), 1);
}

#[test]
fn the_diamonds_first_failure_cancels_the_rest() {
    let (mock, mut model) = (mock(), MiniRuntime::new().expect("a model"));
    let plan = Diamond::new(get(&mock, "/no/diamond", PLENTY));
    let outcome = model.diamond(&Run::default(), &plan).expect("machinery");
    assert_eq!(outcome, Err(Failure::UnexpectedStatus(404)));
    assert_eq!(mock.stats().requests, 1);
    let panics = Run { work: Work::Function(|_| panic!("on purpose")), ..Run::default() };
    let outcome = model.diamond(&panics, &Diamond::new(get(&mock, "/diamond", PLENTY))).expect("machinery");
    assert_eq!(outcome, Err(Failure::WorkPanicked));
}
