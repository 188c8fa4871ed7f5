//! Percentiles are those of the answers that were counted, from the start of the run.

use std::time::{Duration, Instant};

use downstream_mock::{Event, EventKind, Events};

use super::Answered;

/// An answer to each of 1,000 calls, a millisecond apart, the first one after a second, in another order than that of the calls.
fn events(start: Instant) -> Events {
    let answer = |at_ms: u64| {
        let at = start + Duration::from_millis(1000 + at_ms);
        Event { connection: at_ms, call: Some(999 - at_ms as usize), kind: EventKind::AnswerEnded, at }
    };
    Events { events: (0..1000).map(answer).collect(), missed: 0 }
}

#[test]
fn percentiles_are_the_times_by_which_that_share_of_the_calls_was_answered() {
    let start = Instant::now();
    let answered = Answered::of(&events(start), 1000, start).expect("all are answered");
    let found = [answered.p50_s, answered.p90_s, answered.p99_s, answered.max_s];
    for (found, expected) in found.into_iter().zip([1.499, 1.899, 1.989, 1.999]) {
        assert!((found - expected).abs() < 0.0005, "{answered:?}");
    }
}

#[test]
fn other_events_and_requests_for_anything_else_are_no_answers() {
    let start = Instant::now();
    let with_others = |kind, call| {
        let mut events = events(start);
        events.events.push(Event { connection: 1000, call, kind, at: start + Duration::from_secs(60) });
        Answered::of(&events, 1000, start)
    };
    let expected = Answered::of(&events(start), 1000, start);
    assert_eq!(with_others(EventKind::Closed, Some(0)), expected);
    assert_eq!(with_others(EventKind::AnswerEnded, None), expected);
    assert_eq!(with_others(EventKind::AnswerEnded, Some(1000)), expected);
}

#[test]
fn a_run_of_which_an_answer_was_not_recorded_has_no_percentiles() {
    let start = Instant::now();
    let mut events = events(start);
    events.events.pop();
    assert_eq!(Answered::of(&events, 1000, start), None);
    assert_eq!(Answered::of(&Events::default(), 0, start), None);
}
