//! A trace for Perfetto has a track for each thread and each call, as the format's description has them: the required fields of
//! each kind of event, and complete events that do not overlap on their track.

mod made;

use std::collections::BTreeMap;

use made::{asleep, at_once, pool};
use serde_json::Value;
use timeline::{Lanes, ThreadState, perfetto};

/// A track: process and thread, as the format calls them.
type Track = (u64, u64);

#[test]
fn each_thread_and_each_call_has_its_track() {
    let runs = [pool().lanes(), at_once("epoll", 3).only(7, asleep("epoll_wait"), 1_010_000, 900).lanes()];
    let events = events(&runs);
    let expected: usize = runs.iter().map(|lanes| lanes.threads.len() + lanes.calls.len()).sum();
    assert_eq!(named(&events, "thread_name").len(), expected);
    assert_eq!(spans(&events).len(), expected);
    assert!(spans(&events).keys().all(|track| named(&events, "thread_name").contains_key(track)));
    let processes: Vec<_> = named(&events, "process_name").into_values().collect();
    assert_eq!(processes, ["thread-pool: threads", "thread-pool: calls", "epoll: threads", "epoll: calls"]);
}

#[test]
fn spans_of_a_track_are_those_of_its_lane_and_follow_each_other() {
    let lanes = pool().lanes();
    let all: usize = lanes.threads.iter().map(|lane| lane.stretches.len()).sum::<usize>()
        + lanes.calls.iter().map(|lane| lane.spans.len()).sum::<usize>();
    let spans = spans(&events(&[lanes]));
    assert_eq!(spans.values().map(Vec::len).sum::<usize>(), all);
    for (track, spans) in spans {
        assert!(spans.is_sorted_by(|one, next| one.0 + one.1 <= next.0), "{track:?}: {spans:?}");
    }
}

#[test]
fn what_a_thread_does_is_in_words() {
    let did = [(ThreadState::Runs, 10, 9), (ThreadState::Queued, 20, 0), (asleep("futex"), 30, 0)];
    let events = events(&[at_once("one", 0).thread(1, 1, &did).lanes()]);
    let names: Vec<_> =
        events.iter().filter(|event| event["ph"] == "X").map(|event| &event["name"]).collect();
    assert_eq!(names, ["runs", "waits for a core", "asleep in futex"]);
}

#[test]
fn a_hostile_name_is_text() {
    let hostile = "\"}]</script>\u{1b}[2J";
    let events = events(&[at_once(hostile, 1).lanes()]);
    assert!(named(&events, "process_name").into_values().any(|name| name == format!("{hostile}: threads")));
}

#[test]
fn no_thread_is_taken_for_the_main_one_of_its_process() {
    let events = events(&[pool().lanes(), pool().lanes()]);
    assert!(events.iter().all(|event| event["pid"] != event["tid"]));
}

#[test]
fn what_was_not_seen_is_said() {
    let mut made = at_once("one", 1);
    made.0.end.as_mut().expect("an end").missing.push("12 threads were not watched".into());
    let events = events(&[made.lanes()]);
    let label = events.iter().find(|event| event["name"] == "process_labels").expect("a label");
    assert!(
        label["args"]["labels"].as_str().expect("text").ends_with("not seen: 12 threads were not watched")
    );
}

#[test]
fn no_runs_are_a_trace_without_events() {
    assert_eq!(events(&[]), <[Value; 0]>::default());
}

/// The events, each of which has what its kind needs.
fn events(runs: &[Lanes]) -> Vec<Value> {
    let mut text = Vec::new();
    perfetto(runs, &mut text).expect("memory");
    let trace: Value = serde_json::from_slice(&text).expect("JSON");
    let events = trace["traceEvents"].as_array().expect("events").clone();
    for event in &events {
        let has = |field: &str| event[field].is_u64();
        assert!(event["name"].is_string() && event["pid"] != 0 && event["tid"] != 0, "{event}");
        match event["ph"].as_str() {
            Some("X") => assert!(
                has("pid") && has("tid") && has("ts") && has("dur") && event["cat"].is_string(),
                "{event}"
            ),
            Some("M") => assert_eq!(event["args"].as_object().map(serde_json::Map::len), Some(1), "{event}"),
            kind => panic!("{kind:?}"),
        }
    }
    events
}

fn track(event: &Value) -> Track {
    (event["pid"].as_u64().unwrap_or_default(), event["tid"].as_u64().unwrap_or_default())
}

/// What tracks or processes are called.
fn named(events: &[Value], what: &str) -> BTreeMap<Track, String> {
    let named = events.iter().filter(|event| event["name"] == what);
    named.map(|event| (track(event), event["args"]["name"].as_str().unwrap_or_default().into())).collect()
}

/// Start and length of the complete events of each track.
fn spans(events: &[Value]) -> BTreeMap<Track, Vec<(u64, u64)>> {
    let mut spans = BTreeMap::<Track, Vec<_>>::new();
    for event in events.iter().filter(|event| event["ph"] == "X") {
        let span = (event["ts"].as_u64().unwrap_or_default(), event["dur"].as_u64().unwrap_or_default());
        spans.entry(track(event)).or_default().push(span);
    }
    spans
}
