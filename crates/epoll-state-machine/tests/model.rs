//! What `epoll-state-machine` does by itself; what all models do is in the harness's conformance suite.
#![cfg(target_os = "linux")]

use std::num::NonZeroUsize;
use std::time::Duration;

use downstream_call::{Call, Failure, Model, Outcome, Run};
use downstream_mock::{Config, Mock};
use epoll_state_machine::EpollStateMachine;

const PLENTY: Duration = Duration::from_secs(20);

fn mock(latency_ms: u64) -> Mock {
    let latency = Duration::from_millis(latency_ms);
    Mock::start(Config { latency, ..Config::default() }).expect("a mock")
}

fn call(mock: &Mock, path: &str, timeout: Duration) -> Call {
    Call::get(&format!("{}{path}", mock.url()), timeout).expect("a call")
}

fn fan_out(run: &Run, calls: &[Call]) -> Vec<Outcome> {
    EpollStateMachine::new().expect("a model").fan_out(run, calls).expect("a run")
}

#[test]
fn all_calls_wait_at_the_same_time_on_one_thread() {
    let mock = mock(200);
    let calls: Vec<_> = (0..50).map(|id| call(&mock, &format!("/echo/{id}"), PLENTY)).collect();
    for (id, outcome) in fan_out(&Run::default(), &calls).into_iter().enumerate() {
        assert_eq!(outcome.expect("a reply").body, id.to_string().into_bytes());
    }
    assert_eq!(mock.stats().peak_in_flight, 50);
}

/// Every other call times out and leaves its slot and its descriptor to the next one.
#[test]
fn a_slot_that_is_used_again_gets_no_answer_of_its_last_call() {
    let mock = mock(5);
    let calls: Vec<_> = (0..60)
        .map(|id| match id % 2 {
            0 => call(&mock, &format!("/echo/{id}"), PLENTY),
            _ => call(&mock, &format!("/echo/{id}?latency_ms=60000"), Duration::from_millis(20)),
        })
        .collect();
    let in_flight = NonZeroUsize::new(3).expect("more than none");
    for (id, outcome) in fan_out(&Run { in_flight, ..Run::default() }, &calls).into_iter().enumerate() {
        match id % 2 {
            0 => assert_eq!(outcome.expect("a reply").body, id.to_string().into_bytes()),
            _ => assert_eq!(outcome, Err(Failure::TimedOut)),
        }
    }
    assert!(mock.stats().peak_in_flight <= 3);
}
