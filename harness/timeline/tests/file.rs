//! What is written is read again as it was, and nothing else is read.

use proptest::prelude::*;
use timeline::{
    About, ConnectionEvent, End, Event, File, Header, Milestone, MilestoneEvent, Stretch, Thread,
    ThreadState, Timeline,
};

proptest! {
    #[test]
    fn what_is_written_is_read_again(header in header(), timelines in prop::collection::vec(timeline(), 0..4)) {
        let file = File { header, timelines };
        prop_assert_eq!(read(&written(&file)).expect("what was written"), file);
    }
}

#[test]
fn another_version_is_refused_by_its_name() {
    let text = r#"{"schema":"meanwhile.timeline/2","clock":"none"}"#;
    assert_eq!(refused(text), "it has \"meanwhile.timeline/2\", and this program reads meanwhile.timeline/1");
}

#[test]
fn what_is_no_file_of_timelines_is_refused() {
    for text in ["", "\n", "{}", "rank,contestant\n", "[1, 2]"] {
        assert!(refused(text).contains("names no schema"), "{text:?}");
    }
    assert!(File::read(&b"\xff\xfe\n"[..]).is_err());
}

#[test]
fn a_bad_line_is_named_by_its_number() {
    let header = written(&File::default());
    assert!(refused(&format!("{header}{{\"run\":{{")).starts_with("line 2 is no record"));
    let stray = r#"{"milestone":{"call":0,"milestone":"sent","at_us":1,"thread":1}}"#;
    assert!(refused(&format!("{header}{stray}\n")).ends_with("a record before the first run"));
}

fn written(file: &File) -> String {
    let mut bytes = Vec::new();
    file.write(&mut bytes).expect("memory");
    String::from_utf8(bytes).expect("JSON")
}

fn read(text: &str) -> Result<File, timeline::ReadError> {
    File::read(text.as_bytes())
}

fn refused(text: &str) -> String {
    read(text).expect_err("refused").to_string()
}

fn header() -> impl Strategy<Value = Header> {
    (".*", ".*", ".*", ".*").prop_map(|(program, machine, began, command)| Header {
        program,
        machine,
        began,
        command,
        ..Header::default()
    })
}

fn timeline() -> impl Strategy<Value = Timeline> {
    let many = 0..6;
    (
        about(),
        prop::collection::vec(connection(), many.clone()),
        prop::collection::vec(thread(), many.clone()),
        prop::collection::vec(stretch(), many.clone()),
        prop::collection::vec(milestone(), many),
        prop::option::of(end()),
    )
        .prop_map(|(about, connections, threads, stretches, milestones, end)| Timeline {
            about,
            connections,
            threads,
            stretches,
            milestones,
            end,
        })
}

fn about() -> impl Strategy<Value = About> {
    (".*", any::<Option<String>>(), any::<usize>(), any::<Option<usize>>(), any::<u64>(), ".*", ".*")
        .prop_map(|(contestant, waits, calls, in_flight, latency_ms, jitter, work)| About {
            contestant,
            waits,
            calls,
            in_flight,
            latency_ms,
            jitter,
            work,
            round: calls % 7,
        })
}

fn connection() -> impl Strategy<Value = ConnectionEvent> {
    let events =
        [Event::Accepted, Event::HeadComplete, Event::AnswerBegun, Event::AnswerEnded, Event::Closed];
    (any::<u64>(), any::<Option<usize>>(), prop::sample::select(events.to_vec()), any::<u64>())
        .prop_map(|(connection, call, event, at_us)| ConnectionEvent { connection, call, event, at_us })
}

fn thread() -> impl Strategy<Value = Thread> {
    (any::<u32>(), any::<u32>(), ".*").prop_map(|(process, thread, name)| Thread { process, thread, name })
}

fn stretch() -> impl Strategy<Value = Stretch> {
    let states =
        prop_oneof![Just(ThreadState::Runs), Just(ThreadState::Queued), ".*".prop_map(ThreadState::AsleepIn)];
    (any::<u32>(), any::<u64>(), any::<u64>(), states, any::<u64>()).prop_map(
        |(thread, from_us, until_us, state, cpu_us)| Stretch { thread, from_us, until_us, state, cpu_us },
    )
}

fn milestone() -> impl Strategy<Value = MilestoneEvent> {
    let milestones = [
        Milestone::Started,
        Milestone::Sent,
        Milestone::FirstByte,
        Milestone::WorkBegins,
        Milestone::WorkEnds,
        Milestone::Finished,
    ];
    (any::<usize>(), prop::sample::select(milestones.to_vec()), any::<u64>(), any::<u32>())
        .prop_map(|(call, milestone, at_us, thread)| MilestoneEvent { call, milestone, at_us, thread })
}

fn end() -> impl Strategy<Value = End> {
    let missing = prop::collection::vec(".*", 0..3);
    (any::<u64>(), any::<usize>(), any::<usize>(), any::<Option<String>>(), any::<usize>(), missing).prop_map(
        |(at_us, ok, failed, fault, unwatched_threads, missing)| End {
            at_us,
            ok,
            failed,
            fault,
            unwatched_threads,
            missing,
        },
    )
}
