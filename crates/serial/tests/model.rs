//! What `serial` does by itself; what all models do is in the harness's conformance suite.

use std::time::Duration;

use downstream_call::{Call, Cancel, Failure, Model, Outcome, Run};
use downstream_mock::{Config, Mock};
use serial::Serial;

const PLENTY: Duration = Duration::from_secs(10);

fn mock() -> Mock {
    Mock::start(Config { latency: Duration::from_millis(10), ..Config::default() }).expect("a mock")
}

fn calls(mock: &Mock, count: usize) -> Vec<Call> {
    let call = |id| Call::get(&format!("{}/echo/{id}", mock.url()), PLENTY).expect("a call");
    (0..count).map(call).collect()
}

fn fan_out(run: &Run, calls: &[Call]) -> Vec<Outcome> {
    Serial::new().expect("a model").fan_out(run, calls).expect("a run")
}

#[test]
fn a_call_is_asked_for_when_the_one_before_it_is_answered() {
    let mock = mock();
    for (id, outcome) in fan_out(&Run::default(), &calls(&mock, 5)).into_iter().enumerate() {
        assert_eq!(outcome.expect("a reply").body, id.to_string().into_bytes());
    }
    let stats = mock.stats();
    assert_eq!((stats.requests, stats.peak_in_flight), (5, 1));
}

#[test]
fn a_call_after_one_that_timed_out_is_made_all_the_same() {
    let mock = mock();
    let mut calls = calls(&mock, 2);
    let never = format!("{}/echo/never?latency_ms=60000", mock.url());
    calls[0] = Call::get(&never, Duration::from_millis(30)).expect("a call");
    let outcomes = fan_out(&Run::default(), &calls);
    assert_eq!(outcomes[0], Err(Failure::TimedOut));
    assert!(outcomes[1].is_ok(), "{outcomes:?}");
}

#[test]
fn no_call_is_made_in_a_run_that_was_cancelled_before() {
    let mock = mock();
    let run = Run { cancel: Cancel::new().expect("descriptors"), ..Run::default() };
    run.cancel.cancel();
    let outcomes = fan_out(&run, &calls(&mock, 3));
    assert_eq!(outcomes, vec![Err(Failure::Cancelled); 3]);
    assert_eq!(mock.stats().requests, 0);
}
