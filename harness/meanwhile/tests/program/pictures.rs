//! A race, a trace and a file of timelines are drawn as one picture.

use std::fs;
use std::path::Path;

use crate::support::{folder, meanwhile};
use roxmltree::Document;

const QUICK: [&str; 3] = ["--latency=20ms", "--timeout=20s", "--calls=3"];

#[test]
fn contestants_are_drawn_as_the_command_line_has_them_whatever_the_order_of_their_runs() {
    for seed in ["--seed=1", "--seed=2", "--seed=3"] {
        let race = ["race", "thread-pool", "serial", "generator-style", "--rounds=2", "--svg=-", seed];
        let ran = meanwhile(&[&race, &QUICK[..]].concat());
        assert_eq!(names(&ran.stdout), ["thread-pool", "serial", "generator-style"], "{seed}: {ran:?}");
    }
}

#[test]
fn a_picture_is_drawn_again_from_its_file() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (timeline, first, again) = (path("timeline"), path("first.svg"), path("again.svg"));
    let files = [format!("--timeline={timeline}"), format!("--svg={first}")];
    let traced =
        meanwhile(&[&["trace", "serial", "callback-loop", &files[0], &files[1]], &QUICK[..]].concat());
    assert_eq!(traced.code, Some(0), "{traced:?}");
    let drawn = meanwhile(&["timeline", &timeline, &format!("--svg={again}")]);
    assert_eq!(drawn.code, Some(0), "{drawn:?}");
    let read = |name: &str| fs::read_to_string(Path::new(name)).expect("a picture");
    assert_eq!(read(&first), read(&again));
    assert_eq!(names(&read(&first)), ["serial", "callback-loop"]);
    let one = meanwhile(&["timeline", &timeline, "callback-loop", "--svg=-"]);
    assert_eq!(names(&one.stdout), ["callback-loop"]);
}

#[test]
fn a_trace_for_perfetto_has_a_group_for_the_threads_and_the_calls_of_each_contestant() {
    let traced = meanwhile(&[&["trace", "serial", "callback-loop", "--perfetto=-"], &QUICK[..]].concat());
    assert_eq!(traced.code, Some(0), "{traced:?}");
    let trace: serde_json::Value = serde_json::from_str(&traced.stdout).expect("JSON");
    let events = trace["traceEvents"].as_array().expect("events");
    let groups = events.iter().filter(|event| event["name"] == "process_name");
    let groups: Vec<_> = groups.filter_map(|event| event["args"]["name"].as_str()).collect();
    assert_eq!(
        groups,
        ["serial: threads", "serial: calls", "callback-loop: threads", "callback-loop: calls"]
    );
    let calls = events.iter().filter(|event| event["cat"] == "call" && event["name"] == "waiting");
    assert_eq!(calls.count(), 2 * 3);
}

#[test]
fn a_picture_needs_a_file_of_its_own() {
    let ran = meanwhile(&["race", "serial", "--svg=-", "--json=-"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("--json and --svg want the same file"), "{}", ran.stderr);
}

/// Whose runs a picture shows, from above.
fn names(picture: &str) -> Vec<String> {
    let picture = Document::parse(picture).expect("well-formed");
    let names = picture.descendants().filter(|node| node.attribute("class") == Some("large"));
    names.filter_map(|name| Some(name.text()?.trim().to_owned())).collect()
}
