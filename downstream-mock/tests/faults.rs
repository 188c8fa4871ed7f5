//! What the faults do, seen from a raw socket.

mod client;

use client::{PATIENCE, get, send, talk};
use downstream_mock::{
    Config, Mock,
    faults::{Fault, FaultServer, Fragment, Group, Scene, Script, catalogue},
};
use std::{
    collections::HashSet,
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: mock\r\n\r\n";
const SHORT: Duration = Duration::from_millis(100);

fn mock() -> Mock {
    Mock::start(Config { latency: Duration::ZERO, ..Config::default() }).expect("a mock")
}

fn fault(name: &str) -> Fault {
    catalogue().into_iter().find(|fault| fault.name == name).expect("a fault of this name")
}

fn all_closed(server: &FaultServer) {
    assert!(server.wait_for(PATIENCE, |stats| stats.accepted > 0 && stats.open_connections == 0));
}

#[test]
fn names_are_in_kebab_case_and_their_own() {
    let faults = catalogue();
    let kebab = |name: &str| name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    assert!(faults.iter().all(|fault| kebab(&fault.name)));
    let names: HashSet<&str> = faults.iter().map(|fault| fault.name.as_str()).collect();
    assert_eq!(names.len(), faults.len());
}

#[test]
fn the_catalogue_is_in_the_order_of_a_call() {
    let groups: Vec<Group> = catalogue().iter().map(|fault| fault.group).collect();
    assert!(groups.is_sorted() && groups.contains(&Group::Connect) && groups.contains(&Group::Framing));
}

#[test]
fn a_fault_is_endless_when_the_server_never_stops_or_only_the_deadline_is_left() {
    let endless = ["endless-head", "body-endless", "100-endless", "never-answered", "backlog-full"];
    assert!(endless.iter().all(|name| fault(name).is_endless()));
    let others = ["refused", "body-at-the-limit", "answer-long-after-request-in-parts", "obs-fold"];
    assert!(!others.iter().any(|name| fault(name).is_endless()));
}

#[test]
fn a_response_is_sent_as_it_is_and_closed() {
    let mock = mock();
    let server = mock.fault(Script::response("no HTTP at all")).unwrap();
    assert_eq!(talk(server.address(), REQUEST).unwrap(), b"no HTTP at all");
    all_closed(&server);
    assert_eq!((server.stats().requests, server.stats().answered), (1, 1));
    assert_eq!(server.received(), [REQUEST]);
    assert_eq!(mock.stats().accepted, 0, "the mock counts its own connections alone");
}

#[test]
fn one_port_can_play_one_script_after_another() {
    let mock = mock();
    let server = mock.fault(Script::response("first")).unwrap();
    assert_eq!(talk(server.address(), REQUEST).unwrap(), b"first");
    server.change(Script::response("second"));
    assert_eq!(talk(server.address(), REQUEST).unwrap(), b"second");
}

#[test]
fn a_reset_leaves_what_has_arrived_and_then_fails() {
    let mock = mock();
    let server = mock.fault(Script::response("HTTP").reset()).unwrap();
    let mut socket = TcpStream::connect(server.address()).unwrap();
    socket.write_all(REQUEST).unwrap();
    all_closed(&server);
    let mut bytes = [0; 10];
    assert_eq!(socket.read(&mut bytes).unwrap(), 4);
    assert_eq!(socket.read(&mut bytes).unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_drip_comes_in_pieces() {
    let mock = mock();
    let script = Script::new().read_head().drip("abcdef", 2, Duration::from_millis(20));
    let server = mock.fault(script).unwrap();
    let mut socket = send(server.address(), "GET", "/");
    let mut piece = [0; 10];
    let counts = [(); 4].map(|()| socket.read(&mut piece).unwrap());
    assert_eq!(counts, [2, 2, 2, 0]);
}

#[test]
fn a_held_connection_is_in_flight_until_its_client_leaves() {
    let mock = mock();
    let server = mock.fault(Script::new().read_head().hold()).unwrap();
    let socket = send(server.address(), "GET", "/");
    assert!(server.wait_for(PATIENCE, |stats| stats.in_flight == 1));
    drop(socket);
    all_closed(&server);
    assert_eq!((server.stats().aborted, server.stats().answered), (1, 0));
}

#[test]
fn a_flood_ends_when_its_client_leaves() {
    let mock = mock();
    let server = mock.stage(&fault("100-endless")).unwrap();
    let mut socket = send(server.address(), "GET", "/");
    socket.read_exact(&mut [0; 500]).unwrap();
    drop(socket);
    all_closed(&server);
}

#[test]
fn a_refused_port_refuses_at_once() {
    let mock = mock();
    let server = mock.scene(&Scene::Refused).unwrap();
    let error = TcpStream::connect(server.address()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_backlog_never_connects() {
    let mock = mock();
    let server = mock.scene(&Scene::BacklogFull).unwrap();
    let error = TcpStream::connect_timeout(&server.address(), SHORT).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[test]
#[cfg(target_os = "linux")]
fn a_late_refusal_comes_while_connecting() {
    let mock = mock();
    let server = mock.scene(&Scene::RefusedLate).unwrap();
    let start = Instant::now();
    let error = TcpStream::connect_timeout(&server.address(), PATIENCE).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    assert!(start.elapsed() > SHORT, "refused at once");
}

#[test]
fn what_is_never_accepted_connects_and_never_answers() {
    let mock = mock();
    let server = mock.scene(&Scene::NeverAccepted).unwrap();
    let mut socket = TcpStream::connect(server.address()).unwrap();
    socket.write_all(REQUEST).unwrap();
    socket.set_read_timeout(Some(SHORT)).unwrap();
    assert_eq!(socket.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(server.stats().accepted, 0);
}

/// Writes without waiting, and returns how much was taken.
fn write_at_once(socket: &mut TcpStream, bytes: &[u8]) -> usize {
    socket.set_nonblocking(true).unwrap();
    let taken = socket.write(bytes).unwrap();
    socket.set_nonblocking(false).unwrap();
    taken
}

#[test]
#[cfg(target_os = "linux")]
fn a_narrow_port_takes_a_long_request_in_parts_and_loses_none_of_it() {
    let mock = mock();
    let fault = fault("request-in-parts");
    let server = mock.stage(&fault).unwrap();
    let request = format!("GET {} HTTP/1.1\r\nHost: mock\r\n\r\n", fault.path).into_bytes();
    let mut socket = TcpStream::connect(server.address()).unwrap();
    let taken = write_at_once(&mut socket, &request);
    assert!(taken < request.len(), "all {taken} bytes at once");
    socket.write_all(&request[taken..]).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("ok"));
    all_closed(&server);
    assert!(server.received() == [request], "what arrived is not what was sent");
}

#[test]
fn dropping_a_fault_closes_its_port_and_its_connections() {
    let mock = mock();
    let server = mock.fault(Script::new().read_head().hold()).unwrap();
    let address = server.address();
    let mut socket = send(address, "GET", "/");
    assert!(server.wait_for(PATIENCE, |stats| stats.in_flight == 1));
    drop(server);
    assert_eq!(socket.read(&mut [0]).unwrap_or(0), 0);
    assert_eq!(TcpStream::connect(address).unwrap_err().kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn a_fault_that_outlives_its_mock_can_still_be_dropped() {
    let mock = mock();
    let server = mock.fault(Script::new()).unwrap();
    mock.stop();
    drop(server);
}

#[test]
fn a_mock_that_splits_its_writes_sends_the_same() {
    let fragment = Fragment { seed: 3, most_bytes: 7, longest_pause: Duration::from_millis(1) };
    let config = Config { latency: Duration::ZERO, fragment: Some(fragment), ..Config::default() };
    let mock = Mock::start(config).unwrap();
    let (whole, split) = (get(self::mock().address(), "/echo/abc"), get(mock.address(), "/echo/abc"));
    assert_eq!((whole.status, whole.body), (split.status, split.body));
    let mut socket = send(mock.address(), "GET", "/echo/abc");
    assert!(socket.read(&mut [0; 100]).unwrap() <= 14, "the answer came in one piece");
}
