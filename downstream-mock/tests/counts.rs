//! What the mock counts, and how it begins and ends.

mod client;

use client::{PATIENCE, get, receive, send};
use downstream_mock::{Config, Mock, Stats};
use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

fn mock(latency_ms: u64) -> Mock {
    Mock::start(Config { latency: Duration::from_millis(latency_ms), ..Config::default() }).expect("a mock")
}

fn all_closed(mock: &Mock) -> Stats {
    assert!(mock.wait_for(PATIENCE, |stats| stats.open_connections == 0), "{:?}", mock.stats());
    mock.stats()
}

#[test]
fn calls_at_once_are_in_flight_at_once() {
    let mock = mock(50);
    let sockets: Vec<TcpStream> =
        (0..20).map(|id| send(mock.address(), "GET", &format!("/echo/{id}"))).collect();
    for (id, socket) in sockets.into_iter().enumerate() {
        assert_eq!(receive(socket).body, id.to_string());
    }
    let stats = all_closed(&mock);
    assert_eq!((stats.accepted, stats.requests, stats.answered, stats.aborted), (20, 20, 20, 0));
    assert_eq!((stats.in_flight, stats.peak_in_flight, stats.peak_open_connections), (0, 20, 20));
}

#[test]
fn calls_one_after_another_are_never_in_flight_together() {
    let mock = mock(0);
    for _ in 0..200 {
        get(mock.address(), "/get_resource");
    }
    let stats = all_closed(&mock);
    assert_eq!((stats.requests, stats.peak_in_flight), (200, 1));
}

#[test]
fn a_connection_without_a_request_is_open_but_not_in_flight() {
    let mock = mock(0);
    let mut socket = TcpStream::connect(mock.address()).unwrap();
    socket.write_all(b"GET /get_resource HTTP/1.1\r\nHost: mo").unwrap();
    assert!(mock.wait_for(PATIENCE, |stats| stats.open_connections == 1));
    drop(socket);
    let stats = all_closed(&mock);
    assert_eq!((stats.requests, stats.aborted, stats.peak_in_flight), (0, 0, 0));
}

#[test]
fn a_client_that_leaves_is_noticed_long_before_its_answer_is_due() {
    let mock = mock(60_000);
    let sockets: Vec<TcpStream> = (0..5).map(|_| send(mock.address(), "GET", "/get_resource")).collect();
    assert!(mock.wait_for(PATIENCE, |stats| stats.in_flight == 5));
    drop(sockets);
    let stats = all_closed(&mock);
    assert_eq!((stats.requests, stats.answered, stats.aborted, stats.in_flight), (5, 0, 5, 0));
}

#[test]
fn a_client_that_leaves_in_the_middle_of_a_file_is_an_abort() {
    let mock = mock(0);
    let mut socket = send(mock.address(), "GET", "/files/large?bytes=1000000000");
    socket.read_exact(&mut [0; 1000]).unwrap();
    assert_eq!(mock.stats().in_flight, 1);
    drop(socket);
    assert_eq!(all_closed(&mock).aborted, 1);
}

#[test]
fn the_mock_closes_first_when_the_client_says_close() {
    let mock = mock(0);
    let mut socket = send(mock.address(), "GET", "/get_resource");
    let mut bytes = Vec::new();
    // The client's end stays open, so this returns only because the mock closes.
    socket.read_to_end(&mut bytes).unwrap();
    all_closed(&mock);
}

#[test]
fn a_connection_is_kept_for_a_client_that_does_not_say_close() {
    let mock = mock(0);
    let mut socket = TcpStream::connect(mock.address()).unwrap();
    for round in 1..=3 {
        socket.write_all(b"GET /status/204 HTTP/1.1\r\nHost: mock\r\n\r\n").unwrap();
        let mut head = [0; 1000];
        assert!(socket.read(&mut head).unwrap() > 0);
        assert_eq!((mock.stats().answered, mock.stats().accepted), (round, 1));
    }
}

#[test]
fn a_new_round_starts_its_peaks_at_what_is_there_now() {
    let mock = mock(20);
    let waiting: Vec<TcpStream> =
        (0..3).map(|_| send(mock.address(), "GET", "/echo/1?latency_ms=60000")).collect();
    assert!(mock.wait_for(PATIENCE, |stats| stats.in_flight == 3));
    get(mock.address(), "/get_resource");
    assert!(mock.wait_for(PATIENCE, |stats| stats.open_connections == 3 && stats.peak_in_flight == 4));
    mock.reset_stats();
    let kept = Stats {
        open_connections: 3,
        peak_open_connections: 3,
        in_flight: 3,
        peak_in_flight: 3,
        ..Stats::default()
    };
    assert_eq!(mock.stats(), kept);
    drop(waiting);
}

#[test]
fn a_stopped_mock_answers_what_is_in_flight_and_accepts_no_more() {
    let mock = mock(100);
    let address = mock.address();
    let socket = send(address, "GET", "/get_resource");
    assert!(mock.wait_for(PATIENCE, |stats| stats.in_flight == 1));
    let stats = mock.stop();
    assert_eq!((stats.answered, stats.aborted), (1, 0));
    assert_eq!(receive(socket).body, "Hello World!");
    assert_eq!(TcpStream::connect(address).unwrap_err().kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn a_dropped_mock_closes_at_once() {
    let mock = mock(60_000);
    let mut socket = send(mock.address(), "GET", "/get_resource");
    assert!(mock.wait_for(PATIENCE, |stats| stats.in_flight == 1));
    drop(mock);
    assert_eq!(socket.read(&mut [0; 10]).unwrap_or(0), 0);
}

#[test]
fn a_mock_can_be_started_again_on_its_port() {
    let first = mock(0);
    let address = first.address();
    get(address, "/get_resource");
    first.stop();
    let second = Mock::start(Config { address, latency: Duration::ZERO, ..Config::default() }).unwrap();
    assert_eq!(get(second.address(), "/get_resource").status, 200);
}

#[test]
fn other_machines_can_connect_only_if_that_is_allowed() {
    let address = SocketAddr::from(([0, 0, 0, 0], 0));
    let refused = Mock::start(Config { address, ..Config::default() }).err().expect("refused");
    assert_eq!(refused.kind(), ErrorKind::PermissionDenied);
    assert!(refused.to_string().contains("0.0.0.0:0"), "{refused}");
    assert!(Mock::start(Config { address, allow_non_loopback: true, ..Config::default() }).is_ok());
}

#[test]
fn a_port_in_use_is_named_with_a_cure() {
    let first = mock(0);
    let error = Mock::start(Config { address: first.address(), ..Config::default() }).err().expect("in use");
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    assert!(error.to_string().contains("choose another one with --address"), "{error}");
}

#[test]
fn a_mock_listens_on_ipv6_too() {
    let address = "[::1]:0".parse().unwrap();
    let mock = Mock::start(Config { address, latency: Duration::ZERO, ..Config::default() }).unwrap();
    assert!(mock.url().starts_with("http://[::1]:"));
    assert_eq!(get(mock.address(), "/echo/6").body, "6");
}

#[test]
#[cfg(target_os = "linux")]
fn waiting_costs_the_mock_next_to_no_cpu_time() {
    let mock = mock(200);
    let sockets: Vec<TcpStream> = (0..50).map(|_| send(mock.address(), "GET", "/get_resource")).collect();
    sockets.into_iter().for_each(|socket| drop(receive(socket)));
    let cpu_time = mock.cpu_time().expect("Linux reports it");
    assert!(cpu_time > Duration::ZERO && cpu_time < Duration::from_millis(100), "{cpu_time:?}");
}
