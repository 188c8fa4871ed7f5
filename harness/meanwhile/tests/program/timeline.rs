//! A watched race tells what happened when, of contestants that know nothing of it.

use std::fs;
use std::process::Command;

use crate::support::{can_be_made, folder, meanwhile, with};
use meanwhile::models::named;
use timeline::{CallState, Event, File, Lanes, Milestone, ThreadLane, ThreadState, Timeline};

/// The timelines of a race.
fn watched(arguments: &[&str]) -> Vec<Timeline> {
    let folder = folder();
    let path = folder.path().join("timeline");
    let option = format!("--timeline={}", path.display());
    let ran = meanwhile(&[&["race", "--timeout=20s", &option], arguments].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    File::read(&fs::read(path).unwrap()[..]).unwrap().timelines
}

/// The lanes of the only run.
fn lanes(arguments: &[&str]) -> Lanes {
    let [timeline] = <[Timeline; 1]>::try_from(watched(arguments)).expect("one run");
    assert_eq!(timeline.end.as_ref().unwrap().missing, Vec::<String>::new());
    Lanes::of(&timeline)
}

/// How a thread has spent the time in which it did not wait for a core, in microseconds.
struct Spent {
    running: u64,
    asleep: u64,
    /// In one of these calls.
    asleep_in: u64,
}

fn spent(lane: &ThreadLane, calls: &[&str]) -> Spent {
    let mut spent = Spent { running: 0, asleep: 0, asleep_in: 0 };
    for stretch in &lane.stretches {
        match &stretch.state {
            ThreadState::Runs => spent.running += stretch.length_us(),
            ThreadState::Queued => {}
            ThreadState::AsleepIn(call) => {
                spent.asleep += stretch.length_us();
                spent.asleep_in += if calls.contains(&call.as_str()) { stretch.length_us() } else { 0 };
            }
        }
    }
    spent
}

fn assert_only_thread_sleeps(lanes: &Lanes, calls: &[&str]) {
    let [thread] = &lanes.threads[..] else { panic!("one thread: {lanes:#?}") };
    let Spent { running, asleep, asleep_in } = spent(thread, calls);
    let most = 9 * (running + asleep) / 10;
    assert!(asleep_in >= most && asleep_in > 200_000, "asleep for {asleep_in} us: {thread:?}");
}

/// The kernel has `epoll_wait` under three names.
#[test]
fn a_loop_on_epoll_is_one_thread_that_sleeps_in_epoll_wait() {
    let lanes = lanes(&["epoll-state-machine", "--calls=20", "--latency=300ms"]);
    assert_only_thread_sleeps(&lanes, &["epoll_wait", "epoll_pwait", "epoll_pwait2"]);
    assert_eq!(lanes.about.waits.as_deref(), Some("in epoll_wait, with an enum for each call"));
}

#[test]
fn a_completion_ring_sleeps_in_io_uring_enter() {
    if can_be_made(named("io-uring").unwrap()) {
        let lanes = lanes(&["io-uring", "--calls=20", "--latency=300ms"]);
        assert_only_thread_sleeps(&lanes, &["io_uring_enter"]);
    }
}

#[test]
fn a_loop_that_asks_all_the_time_runs() {
    let lanes = lanes(&["busy-poll", "--calls=5", "--latency=300ms"]);
    let [thread] = &lanes.threads[..] else { panic!("one thread: {lanes:#?}") };
    let Spent { running, asleep, .. } = spent(thread, &[]);
    assert!(running >= 9 * asleep && thread.cpu_us() > 10_000, "{thread:?}");
}

#[test]
fn each_thread_of_a_pool_sleeps_in_a_blocking_read() {
    let lanes = lanes(&["thread-pool", "--workers=5", "--calls=5", "--latency=300ms"]);
    let reads = |lane: &&ThreadLane| spent(lane, &["recvfrom", "read", "recvmsg"]).asleep_in > 150_000;
    assert_eq!((lanes.threads.len(), lanes.threads.iter().filter(reads).count()), (6, 5), "{lanes:#?}");
}

/// Python has a lane for each call as a model has, and waits in what its loop waits in.
#[test]
fn a_program_in_another_language_has_the_same_lanes() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: there is no python3");
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src/contestants/asyncio_streams.py");
    let python = with("python", &format!("python3 {script} {{url}} {{calls}}"));
    let timelines = watched(&["python", &python, "--calls=20", "--latency=300ms"]);
    let missing = &timelines[0].end.as_ref().unwrap().missing;
    assert_eq!(missing[..], ["the client told nothing of itself: no milestones"]);
    let lanes = Lanes::of(&timelines[0]);
    assert_eq!(lanes.calls.iter().filter(|call| call.answered).count(), 20);
    let waits = |lane: &ThreadLane| spent(lane, &["epoll_wait", "epoll_pwait"]).asleep_in > 150_000;
    assert!(lanes.threads.iter().any(waits), "{lanes:#?}");
    assert_eq!(lanes.about.waits, None);
}

#[test]
fn the_events_of_every_call_are_in_order_and_within_the_run() {
    let timelines = watched(&["generator-style", "serial", "--calls=3,4", "--latency=50ms", "--rounds=2"]);
    let runs: Vec<_> =
        timelines.iter().map(|timeline| (timeline.about.calls, timeline.about.round)).collect();
    assert_eq!(runs, [(3, 1), (3, 1), (3, 2), (3, 2), (4, 1), (4, 1), (4, 2), (4, 2)]);
    for timeline in &timelines {
        assert_events_are_in_order(timeline);
        let lanes = Lanes::of(timeline);
        assert_eq!(lanes.calls.len(), timeline.about.calls);
        for call in &lanes.calls {
            let waiting = call.spans.iter().find(|span| span.state == CallState::Waiting).expect("it waits");
            assert!(waiting.until_us - waiting.from_us >= 45_000, "{call:?}");
        }
    }
}

fn assert_events_are_in_order(timeline: &Timeline) {
    const ALL: [Event; 5] =
        [Event::Accepted, Event::HeadComplete, Event::AnswerBegun, Event::AnswerEnded, Event::Closed];
    let end = timeline.end.as_ref().unwrap();
    assert_eq!((end.ok, end.failed), (timeline.about.calls, 0));
    for connection in 0..timeline.about.calls as u64 {
        let events = timeline.connections.iter().filter(|event| event.connection == connection);
        let (kinds, times): (Vec<_>, Vec<_>) = events.map(|event| (event.event, event.at_us)).unzip();
        assert_eq!(kinds, ALL);
        assert!(times.is_sorted() && times[0] > 0, "{times:?}");
        // The mock notices the end of a connection after its client has ended.
        assert!(times[3] <= end.at_us, "{times:?} until {}", end.at_us);
    }
}

#[test]
fn of_a_hundred_threads_64_are_watched_and_the_rest_is_counted() {
    let timelines = watched(&["thread-per-call", "--calls=100", "--latency=1s"]);
    let [timeline] = &timelines[..] else { panic!("one run") };
    assert_eq!(timeline.threads.len(), 64);
    let end = timeline.end.as_ref().unwrap();
    assert_eq!(
        (end.unwatched_threads, &end.missing[..]),
        (37, &["37 threads beside the first 64 not watched".into()][..])
    );
}

#[test]
fn what_a_program_calls_its_threads_is_escaped() {
    let script =
        r"printf '\033[2J' > /proc/$$/comm; MEANWHILE run generator-style --url {url} --calls {calls}";
    let program = with("other", &format!("sh -c {}", shlex::try_quote(script).unwrap()));
    let timelines = watched(&["other", &program, "--calls=2", "--latency=500ms"]);
    let names: Vec<_> = timelines[0].threads.iter().map(|thread| thread.name.as_str()).collect();
    assert_eq!(names, [r"\u{1b}[2J", "meanwhile"]);
}

#[test]
fn a_child_that_runs_a_script_is_named_with_it() {
    let folder = folder();
    let script = folder.path().join("waits.sh");
    fs::write(&script, "sleep 0.3 & wait").expect("a script");
    let command =
        format!("sh {} & MEANWHILE run serial --url {{url}} --calls {{calls}}; wait", script.display());
    let program = with("other", &format!("sh -c {}", shlex::try_quote(&command).unwrap()));
    let timelines = watched(&["other", &program, "--calls=1", "--latency=300ms"]);
    let names: Vec<_> = timelines[0].threads.iter().map(|thread| thread.name.as_str()).collect();
    assert!(names.contains(&"sh waits.sh"), "{names:?}");
    assert!(names.contains(&"meanwhile"), "{names:?}");
}

#[test]
fn a_timeline_alone_is_on_standard_output_and_a_file_of_its_own() {
    let ran = meanwhile(&["race", "serial", "--latency=10ms", "--calls=1", "--timeline=-"]);
    assert_eq!(File::read(ran.stdout.as_bytes()).unwrap().timelines.len(), 1);
    let folder = folder();
    let [json, timeline] =
        ["json", "timeline"].map(|name| format!("--{name}={}/same", folder.path().display()));
    let ran = meanwhile(&["race", "serial", &json, &timeline]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("--json and --timeline want the same file"), "{}", ran.stderr);
}

#[test]
fn a_model_tells_of_its_own_milestones_in_order_on_a_thread_that_was_seen() {
    let timelines = watched(&["generator-style", "--calls=3", "--latency=200ms", "--work=fib:5"]);
    let [timeline] = &timelines[..] else { panic!("one run") };
    let end_us = timeline.end.as_ref().unwrap().at_us;
    for call in 0..3 {
        let milestones = timeline.milestones.iter().filter(|event| event.call == call);
        let (kinds, times): (Vec<_>, Vec<_>) = milestones.map(|event| (event.milestone, event.at_us)).unzip();
        assert!(kinds.contains(&Milestone::Started) && kinds.contains(&Milestone::WorkEnds), "{kinds:?}");
        assert!(times.is_sorted() && times[0] > 0 && times[kinds.len() - 1] <= end_us, "{times:?}");
        let asked = timeline.connections.iter().find(|event| event.call == Some(call)).unwrap().at_us;
        assert!(times[0] < asked, "it starts at {} and asks at {asked}", times[0]);
    }
    let known = |thread: u32| timeline.threads.iter().any(|known| known.thread == thread);
    assert!(timeline.milestones.iter().all(|event| known(event.thread)), "{timeline:#?}");
}

/// The lines may stand anywhere in its output. What cannot be true is left out.
#[test]
fn a_program_may_tell_of_milestones_and_is_believed_as_far_as_they_can_be_true() {
    let lies = "milestone 0 started 1 7\nmilestone 9 sent 2 7\nmilestone 1 finished 18446744073709551615 7";
    let script = format!(
        "printf '%s\n' '{}'; MEANWHILE run serial --milestones --url {{url}} --calls {{calls}}",
        lies.replace('\n', "' '")
    );
    let program = with("other", &format!("sh -c {}", shlex::try_quote(&script).unwrap()));
    let timelines = watched(&["other", &program, "--calls=2", "--latency=100ms"]);
    let end = timelines[0].end.as_ref().unwrap();
    assert_eq!((end.ok, end.fault.as_deref(), &end.missing[..]), (2, None, &[][..]));
    let milestones = &timelines[0].milestones;
    assert!(milestones.len() >= 6 && milestones.iter().all(|event| event.thread != 7), "{milestones:?}");
}
