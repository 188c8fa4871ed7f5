//! What the ring promises by itself; what all models promise is in the harness's conformance suite.
#![cfg(target_os = "linux")]

use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, TcpStream};
use std::num::NonZeroUsize;
use std::time::Duration;

use completion_ring::CompletionRing;
use downstream_call::{Call, Cancel, Diamond, Failure, Model, Outcome, Run, Work};
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

fn fan_out(run: &Run, calls: &[Call]) -> Vec<Outcome> {
    CompletionRing::new().expect("a model").fan_out(run, calls).expect("a run")
}

fn assert_each_has_its_own_answer(outcomes: Vec<Outcome>) {
    for (id, outcome) in outcomes.into_iter().enumerate() {
        assert_eq!(outcome.expect("a reply").body, id.to_string().into_bytes());
    }
}

fn refused() -> Call {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    Call::get(&format!("http://{address}/"), PLENTY).expect("a call")
}

#[test]
fn all_calls_wait_at_the_same_time_on_one_thread() {
    let mock = mock(LATENCY * 5);
    assert_each_has_its_own_answer(fan_out(&Run::default(), &calls(&mock, 200)));
    assert_eq!(mock.stats().peak_in_flight, 200);
}

#[test]
fn a_thousand_calls_without_latency_are_all_answered() {
    let mock = mock(Duration::ZERO);
    assert_each_has_its_own_answer(fan_out(&Run::default(), &calls(&mock, 1000)));
}

#[test]
fn no_more_calls_are_in_flight_than_the_run_allows() {
    let mock = mock(LATENCY / 2);
    let run = Run { in_flight: NonZeroUsize::new(4).expect("not zero"), ..Run::default() };
    assert_each_has_its_own_answer(fan_out(&run, &calls(&mock, 12)));
    assert_eq!(mock.stats().peak_in_flight, 4);
}

#[test]
fn a_late_call_does_not_delay_the_rest() {
    let mock = mock(LATENCY);
    let mut calls = calls(&mock, 3);
    calls[1].timeout = LATENCY / 4;
    let outcomes = fan_out(&Run::default(), &calls);
    assert_eq!(outcomes[1], Err(Failure::TimedOut));
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok(), "{outcomes:?}");
}

/// A listener whose queue is full drops the packet that would make a connection, and says nothing.
#[test]
fn a_connection_that_is_never_made_ends_at_the_deadline_and_delays_nobody() {
    let mock = mock(LATENCY);
    let full = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    full.bind(&std::net::SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).expect("a port");
    full.listen(0).expect("a queue");
    let address = full.local_addr().expect("an address").as_socket().expect("an address");
    let _queued = TcpStream::connect(address).expect("a place in the queue");
    let mut calls = calls(&mock, 3);
    calls[1] = Call::get(&format!("http://{address}/"), LATENCY * 3).expect("a call");
    let start = std::time::Instant::now();
    let outcomes = fan_out(&Run::default(), &calls);
    assert_eq!(outcomes[1], Err(Failure::TimedOut));
    assert!(start.elapsed() >= LATENCY * 3);
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok(), "{outcomes:?}");
}

#[test]
fn a_request_longer_than_the_scratch_buffer_is_sent_in_parts() {
    let mock = mock(Duration::ZERO);
    let answer = Script::response("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n7");
    let server = mock.fault(answer).expect("a server");
    let path = format!("/{}", "a".repeat(40_000));
    let call = Call::get(&server.url(), PLENTY).expect("a call").with_path(&path);
    assert_eq!(fan_out(&Run::default(), &[call])[0].as_ref().expect("a reply").body, b"7");
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
    for (name, outcome) in ["a", "b"].iter().zip(fan_out(&Run::default(), &["a", "b"].map(call))) {
        assert!(outcome.expect("a reply").body == file_bytes(name, 0..3_000_000), "not the bytes of {name}");
    }
}

#[test]
fn an_address_of_version_6_is_called_alike() {
    let address = (Ipv6Addr::LOCALHOST, 0).into();
    let config = Config { address, latency: LATENCY, ..Config::default() };
    let Ok(mock) = Mock::start(config) else { return }; // this system has no IPv6
    assert_each_has_its_own_answer(fan_out(&Run::default(), &calls(&mock, 3)));
}

#[test]
fn a_refused_call_does_not_hide_the_others() {
    let mock = mock(LATENCY);
    let mut calls = calls(&mock, 3);
    calls[1] = refused();
    let outcomes = fan_out(&Run::default(), &calls);
    assert_eq!(outcomes[1], Err(Failure::ConnectRefused));
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok(), "{outcomes:?}");
}

#[test]
fn cancelling_ends_every_call_in_flight_and_starts_no_other() {
    let mock = mock(PLENTY);
    let in_flight = NonZeroUsize::new(10).expect("not zero");
    let run = Run { cancel: Cancel::new().expect("a pair"), in_flight, ..Run::default() };
    let calls = calls(&mock, 20);
    let outcomes = std::thread::scope(|scope| {
        let making = scope.spawn(|| fan_out(&run, &calls));
        assert!(mock.wait_for(PLENTY, |stats| stats.in_flight == 10));
        run.cancel.cancel();
        making.join().expect("no panic")
    });
    assert!(outcomes.iter().all(|outcome| *outcome == Err(Failure::Cancelled)), "{outcomes:?}");
    assert!(mock.wait_for(PLENTY, |stats| stats.open_connections == 0));
    assert_eq!(mock.stats().requests, 10);
}

#[test]
fn a_panic_in_the_work_of_one_call_costs_that_call_alone() {
    let mock = mock(LATENCY);
    let work = Work::Function(|reply| if reply.body == b"1" { panic!("on purpose") } else { 7 });
    let outcomes = fan_out(&Run { work, ..Run::default() }, &calls(&mock, 3));
    assert_eq!(outcomes[1], Err(Failure::WorkPanicked));
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok(), "{outcomes:?}");
}

#[test]
fn a_model_serves_one_run_after_another() {
    let mock = mock(LATENCY);
    let mut model = CompletionRing::new().expect("a model");
    for _ in 0..3 {
        let outcomes = model.fan_out(&Run::default(), &calls(&mock, 20)).expect("a run");
        assert_each_has_its_own_answer(outcomes);
    }
}

#[test]
fn a_diamond_is_five_calls_of_which_three_are_together() {
    let mock = mock(LATENCY);
    let base = Call::get(&format!("{}/diamond", mock.url()), PLENTY).expect("a call");
    let outcome = CompletionRing::new().expect("a model").diamond(&Run::default(), &Diamond::new(base));
    assert_eq!(outcome.expect("a run").expect("a reply").status, 200);
    assert_eq!((mock.stats().requests, mock.stats().peak_in_flight), (5, 3));
}

#[test]
fn a_diamond_ends_with_its_first_failure() {
    let mock = mock(LATENCY);
    let base = Call::get(&format!("{}/status/500?step=", mock.url()), PLENTY).expect("a call");
    let outcome = CompletionRing::new().expect("a model").diamond(&Run::default(), &Diamond::new(base));
    assert_eq!(outcome.expect("a run"), Err(Failure::UnexpectedStatus(500)));
    assert_eq!(mock.stats().requests, 1);
}
