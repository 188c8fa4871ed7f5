//! `trace` and `timeline`: what they print of a run is what its file has, and what is no such file is refused in one line.

use std::fs;
use std::time::Duration;

use crate::support::examples::example;
use crate::support::{folder, meanwhile, with};
use rstest::rstest;
use timeline::{CallState, File, Lanes, SCHEMA};

/// Signs of a thread that keeps answers waiting.
const BLOCKS: char = '▚';

#[test]
fn a_trace_has_a_lane_for_each_thread_and_each_call_and_can_be_drawn_again_from_its_file() {
    let folder = folder();
    let path = folder.path().join("timeline").display().to_string();
    let option = format!("--timeline={path}");
    let traced = meanwhile(&["trace", "thread-pool", "--workers=3", "--calls=6", "--latency=50ms", &option]);
    assert_eq!(traced.code, Some(0), "{traced:?}");

    let file = File::read(&fs::read(&path).expect("a file")[..]).expect("timelines");
    let lanes = Lanes::of(&file.timelines[0]);
    let lines: Vec<_> = traced.stdout.lines().collect();
    let calls = lines.iter().filter(|line| line.starts_with("call ")).count();
    assert_eq!((calls, lanes.calls.len()), (6, 6), "{traced:?}");
    for lane in &lanes.threads {
        let label = format!("{} {} ", lane.thread.name, lane.thread.thread);
        assert!(lines.iter().any(|line| line.starts_with(&label)), "{label:?} {traced:?}");
    }

    let drawn = meanwhile(&["timeline", &path]);
    assert_eq!(drawn.stdout, traced.stdout);
}

#[test]
fn contestants_are_drawn_in_the_order_in_which_they_were_named() {
    let traced = meanwhile(&["trace", "serial", "epoll-state-machine", "--calls=2", "--latency=30ms"]);
    let order: Vec<_> =
        ["serial  2 calls", "epoll-state-machine  2 calls"].map(|name| traced.stdout.find(name)).into();
    assert!(order[0].is_some() && order[0] < order[1], "{traced:?}");
}

#[test]
fn jitter_is_the_same_for_each_contestant_and_stands_in_the_heading() {
    let jitter = ["--jitter=uniform:60", "--seed=3", "--timeline=-"];
    let calls = ["--calls=5", "--latency=50ms"];
    let traced = meanwhile(&[&["trace", "serial", "epoll-state-machine"][..], &calls, &jitter].concat());
    let file = File::read(traced.stdout.as_bytes()).expect("timelines alone");
    let waited_ms = |timeline: &timeline::Timeline| {
        let lanes = Lanes::of(timeline);
        let spans =
            lanes.calls.iter().map(|call| call.spans.iter().find(|span| span.state == CallState::Waiting));
        spans.map(|span| span.map_or(0, |span| (span.until_us - span.from_us) / 1_000)).collect::<Vec<_>>()
    };
    let [serial, epoll] = [waited_ms(&file.timelines[0]), waited_ms(&file.timelines[1])];
    // The mock's timer may be late on a busy machine, and never early.
    let latencies = downstream_mock::Jitter::latencies;
    let drawn = latencies("uniform:60".parse().expect("a jitter"), Duration::from_millis(50), 3);
    for (call, latency) in drawn.take(5).enumerate() {
        assert!(u128::from(serial[call]) + 1 >= latency.as_millis(), "{latency:?} {serial:?}");
        assert!(u128::from(epoll[call]) + 1 >= latency.as_millis(), "{latency:?} {epoll:?}");
    }
    assert_eq!(file.timelines[0].about.jitter, "uniform:60");
}

#[test]
fn work_that_holds_a_loop_is_marked_and_named() {
    let traced = meanwhile(&["trace", "epoll-state-machine", "--calls=4", "--latency=50ms", "--work=40ms"]);
    assert!(traced.stdout.contains(BLOCKS), "{traced:?}");
    // The sentence is broken where the line ends.
    let words = traced.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("'s work held the loop for "), "{traced:?}");
}

/// Answers come at different times, so that some come long after the first one, also if a busy machine delays all of this.
#[rstest]
#[case::computing("fib_stdin", &["--blocking"])]
#[case::sleeping("blocking_sleep", &[])]
fn a_program_that_blocks_its_loop_is_marked_and_named(#[case] name: &str, #[case] flags: &[&str]) {
    let command = [&[example(name).as_str()][..], flags, &["{url} {calls}"]].concat().join(" ");
    let spread = ["--calls=8", "--latency=250ms", "--jitter=uniform:100", "--seed=1"];
    let traced = meanwhile(&[&["trace", &with(name, &command)], &spread[..]].concat());
    assert_eq!(traced.code, Some(0), "{traced:?}");
    assert!(traced.stdout.contains(BLOCKS), "{traced:?}");
    let words = traced.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("a thread was away from epoll_"), "{traced:?}");
}

#[test]
fn a_program_that_computes_in_steps_has_the_same_answers() {
    let command = format!("{} --stepwise {{url}} {{calls}}", example("fib_stdin"));
    let traced = meanwhile(&["trace", "--calls=1", "--latency=20ms", &with("steps", &command)]);
    assert_eq!(traced.code, Some(0), "{traced:?}");
}

#[test]
fn work_on_a_thread_with_one_call_is_not_marked() {
    let work = ["--calls=4", "--latency=50ms", "--work=40ms", "--workers=4"];
    let traced = meanwhile(&[&["trace", "thread-pool", "compute-offload"][..], &work].concat());
    assert_eq!(traced.code, Some(0), "{traced:?}");
    assert!(traced.stdout.contains("computing"), "{traced:?}");
    assert!(!traced.stdout.contains(BLOCKS), "{traced:?}");
}

#[test]
fn a_timeline_on_standard_output_has_nothing_else_beside_it() {
    let traced = meanwhile(&["trace", "serial", "--calls=1", "--latency=20ms", "--timeline=-"]);
    let file = File::read(traced.stdout.as_bytes()).expect("timelines alone");
    assert_eq!(file.timelines.len(), 1);
}

#[test]
fn some_runs_of_a_file_can_be_taken_out_of_it() {
    let folder = folder();
    let path = folder.path().join("timeline").display().to_string();
    let option = format!("--timeline={path}");
    meanwhile(&["race", "serial", "epoll-state-machine", "--calls=2", "--latency=20ms", &option]);
    let taken = meanwhile(&["timeline", &path, "serial", "--timeline=-"]);
    let file = File::read(taken.stdout.as_bytes()).expect("timelines");
    let names: Vec<_> = file.timelines.iter().map(|timeline| timeline.about.contestant.as_str()).collect();
    assert_eq!(names, ["serial"]);

    let ordered = meanwhile(&["timeline", &path, "epoll-state-machine", "serial"]);
    let order: Vec<_> =
        ["epoll-state-machine  2 calls", "serial  2 calls"].map(|name| ordered.stdout.find(name)).into();
    assert!(order[0].is_some() && order[0] < order[1], "{ordered:?}");

    let unknown = meanwhile(&["timeline", &path, "wheel"]);
    assert_eq!(unknown.code, Some(1), "{unknown:?}");
    assert!(unknown.stderr.contains("no run of wheel: it has epoll-state-machine, serial"), "{unknown:?}");
}

#[rstest]
#[case::nothing("", "its first line names no schema")]
#[case::other("hello\n", "its first line names no schema")]
#[case::newer("{\"schema\":\"meanwhile.timeline/9\"}\n", "draw it with the version that wrote it")]
#[case::no_run("HEADER", "it has no run")]
#[case::bad("HEADER{\"walk\":{}}\n", "line 2 is no record")]
fn what_is_no_file_of_timelines_is_refused_in_one_line(#[case] content: &str, #[case] why: &str) {
    let folder = folder();
    let path = folder.path().join("timeline");
    let header = format!("{{\"schema\":\"{SCHEMA}\",\"program\":\"\",\"machine\":\"\"}}\n");
    fs::write(&path, content.replace("HEADER", &header)).expect("a file");
    let drawn = meanwhile(&["timeline", &path.display().to_string()]);
    assert_eq!(drawn.code, Some(1), "{drawn:?}");
    assert_eq!(drawn.stderr.lines().count(), 1, "{drawn:?}");
    assert!(drawn.stderr.contains(why), "{drawn:?}");
}

#[test]
fn a_file_that_is_not_there_names_the_command_that_writes_one() {
    let folder = folder();
    let drawn = meanwhile(&["timeline", &folder.path().join("none").display().to_string()]);
    assert_eq!(drawn.code, Some(1), "{drawn:?}");
    assert!(drawn.stderr.contains("race --timeline FILE writes such a file"), "{drawn:?}");
}
