//! While a heat is on, a request chooses nothing, and all of it is counted.

mod client;

use client::{get, receive, send, talk};
use downstream_mock::{Config, EventKind, Heat, Jitter, Mock};
use std::time::{Duration, Instant};

const LATENCY: Duration = Duration::from_millis(30);

/// A mock with a heat of three calls on.
fn heat() -> Mock {
    let mock = Mock::start(Config { latency: Duration::ZERO, ..Config::default() }).expect("a mock");
    mock.begin_heat(Heat::new(3, LATENCY));
    mock
}

#[test]
fn each_call_is_answered_with_its_number_and_a_token() {
    let mock = heat();
    let bodies: Vec<_> = (0..3).map(|call| get(mock.address(), &format!("/echo/{call}")).body).collect();
    let heat = mock.heat();
    assert_eq!(bodies, [0, 1, 2].map(|call| heat.answer(call)));
    assert!(bodies[1].starts_with("1-") && bodies[1].len() == 18, "{bodies:?}");
    assert_eq!((heat.asked, heat.strays, heat.reused), (vec![1, 1, 1], 0, 0));
}

#[test]
fn another_heat_has_other_tokens() {
    let tokens = |heat: &Heat| [0, 1, 2].map(|call| heat.answer(call));
    let (one, other) = (Heat::new(3, LATENCY), Heat::new(3, LATENCY));
    assert_eq!(tokens(&one), tokens(&one.clone()));
    assert!(tokens(&one).iter().zip(tokens(&other)).all(|(one, other)| *one != other));
}

#[test]
fn no_request_is_answered_before_the_latency_of_the_heat() {
    let mock = heat();
    for path in
        ["/echo/0", "/echo/0?latency_ms=0", "/status/200", "/get_resource", "/nowhere", "/files/f?bytes=1"]
    {
        let start = Instant::now();
        get(mock.address(), path);
        assert!(start.elapsed() >= LATENCY, "{path} took {:?}", start.elapsed());
    }
}

/// The calls arrive in another order than that of their numbers, as those of each contestant do. The server's own jitter, hours
/// here, is not added.
#[test]
fn a_call_has_the_latency_of_its_number_in_whatever_order_calls_arrive() {
    let jitter = Jitter::Normal { deviation: Duration::from_secs(3600) };
    let mock = Mock::start(Config { jitter, ..Config::default() }).expect("a mock");
    let ms = Duration::from_millis;
    mock.begin_heat(Heat::with_latencies(vec![ms(400), ms(0), ms(200)], ms(10)));
    mock.record_events(100);
    let in_this_order = [2, 0, 1].map(|call| send(mock.address(), "GET", &format!("/echo/{call}")));
    in_this_order.into_iter().for_each(|client| assert_eq!(receive(client).status, 200));
    let events = mock.events().events;
    let at = |call, kind| {
        events.iter().find(|event| event.call == Some(call) && event.kind == kind).expect("an event").at
    };
    for (call, latency) in mock.heat().latencies.into_iter().enumerate() {
        let took = at(call, EventKind::AnswerBegun) - at(call, EventKind::HeadComplete);
        assert!(took >= latency, "call {call} was answered after {took:?}, not {latency:?}");
    }
}

#[test]
fn whatever_is_not_one_of_the_calls_is_refused_and_counted() {
    let mock = heat();
    let paths =
        ["/echo/3", "/echo/00", "/echo/+1", "/echo/0?", "/echo/0?latency_ms=0", "/echo/", "/status/200"];
    for path in paths {
        assert_eq!(get(mock.address(), path).status, 403, "{path}");
    }
    assert_eq!(receive(send(mock.address(), "POST", "/echo/0")).status, 403);
    let heat = mock.heat();
    assert_eq!((heat.asked, heat.strays), (vec![0; 3], paths.len() as u64 + 1));
}

#[test]
fn a_call_that_is_asked_for_twice_is_counted_twice() {
    let mock = heat();
    assert_eq!(get(mock.address(), "/echo/1").body, get(mock.address(), "/echo/1").body);
    assert_eq!(mock.heat().asked, [0, 2, 0]);
}

#[test]
fn a_request_on_a_connection_that_had_one_is_counted() {
    let mock = heat();
    let kept = "GET /echo/0 HTTP/1.1\r\nHost: mock\r\n\r\n";
    let last = "GET /echo/1 HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n\r\n";
    talk(mock.address(), [kept, last].concat().as_bytes()).unwrap();
    let heat = mock.heat();
    assert_eq!((heat.asked, heat.reused), (vec![1, 1, 0], 1));
}
