//! What is recorded of each connection, in which order, and where a recording begins and ends.

mod client;

use client::{PATIENCE, get, receive, send};
use downstream_mock::{Config, Event, EventKind, Events, Heat, Mock};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

const WHOLE: [EventKind; 5] = [
    EventKind::Accepted,
    EventKind::HeadComplete,
    EventKind::AnswerBegun,
    EventKind::AnswerEnded,
    EventKind::Closed,
];

/// More than any test here needs.
const LIMIT: usize = 1000;

fn mock(latency_ms: u64) -> Mock {
    Mock::start(Config { latency: Duration::from_millis(latency_ms), ..Config::default() }).expect("a mock")
}

fn recording(latency_ms: u64) -> Mock {
    let mock = mock(latency_ms);
    mock.record_events(LIMIT);
    mock
}

/// What was recorded, once all connections are closed.
fn recorded(mock: &Mock) -> Events {
    assert!(mock.wait_for(PATIENCE, |stats| stats.open_connections == 0), "{:?}", mock.stats());
    mock.events()
}

fn kinds<'events>(events: impl IntoIterator<Item = &'events Event>) -> Vec<EventKind> {
    events.into_iter().map(|event| event.kind).collect()
}

fn of_connection(events: &Events, connection: u64) -> Vec<&Event> {
    events.events.iter().filter(|event| event.connection == connection).collect()
}

#[test]
fn a_call_has_its_events_in_order_and_its_number_once_it_is_known() {
    let mock = recording(20);
    let asked = Instant::now();
    get(mock.address(), "/echo/7");
    let Events { events, missed } = recorded(&mock);
    assert_eq!((kinds(&events), missed), (WHOLE.to_vec(), 0));
    let calls: Vec<_> = events.iter().map(|event| (event.connection, event.call)).collect();
    assert_eq!(calls, [(0, None), (0, Some(7)), (0, Some(7)), (0, Some(7)), (0, Some(7))]);
    assert!(events.is_sorted_by_key(|event| event.at) && events[0].at >= asked, "{events:?}");
    assert!(events[2].at - events[1].at >= Duration::from_millis(20), "the latency lies between: {events:?}");
}

#[test]
fn calls_at_once_are_told_apart() {
    let mock = recording(30);
    let sockets: Vec<_> = (0..20).map(|call| send(mock.address(), "GET", &format!("/echo/{call}"))).collect();
    sockets.into_iter().for_each(|socket| drop(receive(socket)));
    let events = recorded(&mock);
    for connection in 0..20 {
        let own = of_connection(&events, connection);
        assert_eq!(kinds(own.iter().copied()), WHOLE, "connection {connection}");
        assert!(own[1..].iter().all(|event| event.call == own[1].call), "{own:?}");
    }
    let mut calls: Vec<_> = events.events.iter().filter_map(|event| event.call).collect();
    calls.sort_unstable();
    calls.dedup();
    assert_eq!(calls, (0..20).collect::<Vec<_>>());
}

#[test]
fn a_client_that_leaves_early_has_no_answer_and_is_closed() {
    let mock = recording(60_000);
    let socket = send(mock.address(), "GET", "/echo/1");
    assert!(mock.wait_for(PATIENCE, |stats| stats.in_flight == 1));
    drop(socket);
    let events = recorded(&mock).events;
    assert_eq!(kinds(&events), [EventKind::Accepted, EventKind::HeadComplete, EventKind::Closed]);
}

#[test]
fn a_client_that_leaves_in_the_middle_of_a_file_has_an_answer_without_an_end() {
    let mock = recording(0);
    let mut socket = send(mock.address(), "GET", "/files/large?bytes=1000000000");
    socket.read_exact(&mut [0; 1000]).unwrap();
    drop(socket);
    let events = recorded(&mock).events;
    assert_eq!(kinds(&events[2..]), [EventKind::AnswerBegun, EventKind::Closed]);
}

#[test]
fn a_file_with_a_rate_takes_time_from_the_begin_of_its_answer_to_the_end() {
    let mock = recording(0);
    get(mock.address(), "/files/slow?bytes=100&bytes_per_second=1000");
    let events = recorded(&mock).events;
    assert_eq!(kinds(&events), WHOLE);
    assert!(events[3].at - events[2].at >= Duration::from_millis(90), "{events:?}");
    assert!(events.iter().all(|event| event.call.is_none()), "a file is no call: {events:?}");
}

#[test]
fn each_request_on_a_kept_connection_has_its_own_number() {
    let mock = recording(0);
    let mut socket = TcpStream::connect(mock.address()).unwrap();
    for path in ["/echo/3", "/get_resource", "/echo/03", "/echo/4"] {
        write!(socket, "GET {path} HTTP/1.1\r\nHost: mock\r\n\r\n").unwrap();
        assert!(socket.read(&mut [0; 1000]).unwrap() > 0);
    }
    drop(socket);
    let events = recorded(&mock).events;
    let heads = events.iter().filter(|event| event.kind == EventKind::HeadComplete);
    assert_eq!(heads.map(|event| event.call).collect::<Vec<_>>(), [Some(3), None, None, Some(4)]);
    assert_eq!(kinds(&events[events.len() - 1..]), [EventKind::Closed]);
}

#[test]
fn a_full_recording_keeps_the_first_events_and_counts_the_rest() {
    let mock = mock(0);
    mock.record_events(7);
    for call in 0..3 {
        get(mock.address(), &format!("/echo/{call}"));
        recorded(&mock);
    }
    let Events { events, missed } = recorded(&mock);
    assert_eq!((events.len(), missed), (7, 8));
    assert_eq!(kinds(&events), [&WHOLE[..], &WHOLE[..2]].concat());
}

#[test]
fn nothing_is_recorded_unless_it_is_asked_for_or_once_it_is_ended() {
    let mock = mock(0);
    get(mock.address(), "/echo/0");
    assert_eq!(recorded(&mock), Events::default());
    mock.record_events(LIMIT);
    mock.record_events(0);
    get(mock.address(), "/echo/0");
    assert_eq!(recorded(&mock), Events::default());
}

#[test]
fn a_recording_starts_anew_without_the_connections_of_the_one_before() {
    let mock = recording(0);
    let left = send(mock.address(), "GET", "/echo/0?latency_ms=60000");
    assert!(mock.wait_for(PATIENCE, |stats| stats.in_flight == 1));
    mock.record_events(LIMIT);
    assert_eq!(mock.events(), Events::default());
    drop(left);
    recorded(&mock);
    get(mock.address(), "/echo/5");
    let events = recorded(&mock).events;
    assert_eq!(kinds(&events), WHOLE);
    assert_eq!((events[0].connection, events[4].call), (0, Some(5)));
}

#[test]
fn a_heat_and_a_new_round_go_on_with_the_recording() {
    let mock = recording(0);
    get(mock.address(), "/echo/0");
    recorded(&mock);
    mock.begin_heat(Heat::new(2, Duration::ZERO));
    get(mock.address(), "/echo/1");
    recorded(&mock);
    mock.reset_stats();
    let events = recorded(&mock);
    assert_eq!(kinds(&events.events), [WHOLE, WHOLE].concat());
    assert_eq!(of_connection(&events, 1)[4].call, Some(1));
}
