//! Tests of the ring. The conformance suite has the requirements of all models.
#![cfg(target_os = "linux")]

use std::net::Ipv6Addr;
use std::time::Duration;

use completion_ring::CompletionRing;
use downstream_call::{Call, Model, Outcome, Run};
use downstream_mock::faults::Script;
use downstream_mock::{Config, Mock, file_bytes};

const LATENCY: Duration = Duration::from_millis(40);
const PLENTY: Duration = Duration::from_secs(10);

fn mock(latency: Duration) -> Mock {
    Mock::start(Config { latency, ..Config::default() }).expect("a mock")
}

fn calls(mock: &Mock, count: usize) -> Vec<Call> {
    let call = |id| Call::get(&format!("{}/echo/{id}", mock.url()), PLENTY).expect("a call");
    (0..count).map(call).collect()
}

/// The outcomes of a run; `None` where the system has no rings, and nothing can be tested.
fn fan_out(calls: &[Call]) -> Option<Vec<Outcome>> {
    let model = CompletionRing::new().inspect_err(|error| eprintln!("skipped: {error}"));
    Some(model.ok()?.fan_out(&Run::default(), calls).expect("a run"))
}

fn assert_each_has_its_own_answer(outcomes: Vec<Outcome>) {
    for (id, outcome) in outcomes.into_iter().enumerate() {
        assert_eq!(outcome.expect("a reply").body, id.to_string().into_bytes());
    }
}

#[test]
fn a_request_longer_than_the_scratch_buffer_is_sent_in_parts() {
    let mock = mock(Duration::ZERO);
    let answer = Script::response("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n7");
    let server = mock.fault(answer).expect("a server");
    let path = format!("/{}", "a".repeat(40_000));
    let call = Call::get(&server.url(), PLENTY).expect("a call").with_path(&path);
    let Some(outcomes) = fan_out(&[call]) else { return };
    assert_eq!(outcomes[0].as_ref().expect("a reply").body, b"7");
    let start = std::time::Instant::now();
    while server.received().is_empty() && start.elapsed() < PLENTY {
        std::thread::sleep(LATENCY / 40);
    }
    assert!(server.received()[0].starts_with(format!("GET {path} HTTP/1.1\r\n").as_bytes()), "other bytes");
}

#[test]
fn a_body_larger_than_the_pool_arrives_whole() {
    let mock = mock(Duration::ZERO);
    let call =
        |name| Call::get(&format!("{}/files/{name}?bytes=3000000", mock.url()), PLENTY).expect("a call");
    let outcomes = fan_out(&["a", "b"].map(call)).unwrap_or_default();
    for (name, outcome) in ["a", "b"].iter().zip(outcomes) {
        assert!(outcome.expect("a reply").body == file_bytes(name, 0..3_000_000), "not the bytes of {name}");
    }
}

#[test]
fn an_address_of_version_6_is_called_alike() {
    let address = (Ipv6Addr::LOCALHOST, 0).into();
    let config = Config { address, latency: LATENCY, ..Config::default() };
    let Ok(mock) = Mock::start(config) else { return }; // this system has no IPv6
    assert_each_has_its_own_answer(fan_out(&calls(&mock, 3)).unwrap_or_default());
}
