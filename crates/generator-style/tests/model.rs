//! Tests of the generators. The conformance suite has the requirements of all models. These tests run with the feature
//! `nightly` as well, which uses the compiler's own coroutines.

use std::time::Duration;

use downstream_call::{Call, Cancel, Diamond, Failure, Model, Run};
use downstream_mock::{Config, Mock};
use generator_style::GeneratorStyle;

const LATENCY: Duration = Duration::from_millis(40);

fn mock() -> Mock {
    Mock::start(Config { latency: LATENCY, ..Config::default() }).expect("a mock")
}

fn calls(mock: &Mock, count: usize, timeout: Duration) -> Vec<Call> {
    let call = |id| Call::get(&format!("{}/echo/{id}", mock.url()), timeout).expect("a call");
    (0..count).map(call).collect()
}

#[test]
fn a_plan_yields_its_calls_and_goes_on_with_their_replies() {
    let mock = mock();
    let base = Call::get(&format!("{}/diamond", mock.url()), Duration::from_secs(5)).expect("a call");
    let mut model = GeneratorStyle::new().expect("a model");
    let reply = model.diamond(&Run::default(), &Diamond::new(base)).expect("a run").expect("a reply");
    assert_eq!(reply.status, 200);
    assert_eq!((mock.stats().requests, mock.stats().peak_in_flight), (5, 3));
}

#[test]
fn a_deadline_is_thrown_into_the_call_that_waits() {
    let mock = mock();
    let mut calls = calls(&mock, 3, Duration::from_secs(5));
    calls[1].timeout = LATENCY / 4;
    let outcomes = GeneratorStyle::new().expect("a model").fan_out(&Run::default(), &calls).expect("a run");
    assert_eq!(outcomes[1], Err(Failure::TimedOut));
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok());
}

#[test]
fn cancelling_is_thrown_into_every_call_that_waits() {
    let mock = mock();
    let run = Run { cancel: Cancel::new().expect("a pair"), ..Run::default() };
    let cancel = run.cancel.clone();
    let canceller = std::thread::spawn(move || {
        std::thread::sleep(LATENCY / 4);
        cancel.cancel();
    });
    let mut model = GeneratorStyle::new().expect("a model");
    let outcomes = model.fan_out(&run, &calls(&mock, 20, Duration::from_secs(5))).expect("a run");
    canceller.join().expect("a thread");
    assert!(outcomes.iter().all(|outcome| *outcome == Err(Failure::Cancelled)), "{outcomes:?}");
    assert!(mock.wait_for(Duration::from_secs(2), |stats| stats.open_connections == 0));
}
