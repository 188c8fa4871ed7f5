//! What a call and a thread did, from what was seen of them.

use timeline::{
    About, CallState, ConnectionEvent, End, Event, Lanes, Milestone, MilestoneEvent, Stretch, Thread,
    ThreadState, Timeline,
};

#[test]
fn a_call_of_a_program_is_known_from_the_downstream_alone() {
    let mut timeline = run(1);
    timeline.connections = seen(0, &[(Event::Accepted, 900), (Event::HeadComplete, 1_000)]);
    timeline.connections.extend(seen(0, &[(Event::AnswerBegun, 9_000), (Event::AnswerEnded, 9_000)]));
    assert_eq!(
        spans(&timeline, 0),
        [(CallState::Connecting, 900, 1_000), (CallState::Waiting, 1_000, 9_000)]
    );
}

#[test]
fn an_answer_lies_ready_until_the_client_looks_at_it() {
    let mut timeline = run(1);
    timeline.connections = seen(0, &[(Event::Accepted, 900), (Event::HeadComplete, 1_000)]);
    timeline.connections.extend(seen(0, &[(Event::AnswerBegun, 9_000), (Event::AnswerEnded, 9_000)]));
    timeline.milestones = said(&[
        (Milestone::Started, 500),
        (Milestone::FirstByte, 12_000),
        (Milestone::Finished, 12_100),
        (Milestone::WorkBegins, 12_100),
        (Milestone::WorkEnds, 15_000),
    ]);
    let expected = [
        (CallState::Connecting, 500, 1_000),
        (CallState::Waiting, 1_000, 9_000),
        (CallState::Ready, 9_000, 12_000),
        (CallState::Receiving, 12_000, 12_100),
        (CallState::Computing, 12_100, 15_000),
    ];
    assert_eq!(spans(&timeline, 0), expected);
}

#[test]
fn an_answer_that_waits_for_a_thread_to_work_on_lies_ready() {
    let mut timeline = run(1);
    timeline.connections = seen(0, &[(Event::HeadComplete, 1_000), (Event::AnswerEnded, 9_000)]);
    timeline.milestones = said(&[
        (Milestone::FirstByte, 9_000),
        (Milestone::Finished, 9_200),
        (Milestone::WorkBegins, 12_000),
        (Milestone::WorkEnds, 15_000),
    ]);
    let expected = [
        (CallState::Waiting, 1_000, 9_000),
        (CallState::Receiving, 9_000, 9_200),
        (CallState::Ready, 9_200, 12_000),
        (CallState::Computing, 12_000, 15_000),
    ];
    assert_eq!(spans(&timeline, 0), expected);
}

#[test]
fn a_call_that_is_under_way_goes_on_until_now() {
    let mut timeline = run(1);
    timeline.connections = seen(0, &[(Event::Accepted, 900), (Event::HeadComplete, 1_000)]);
    timeline.end = Some(End { at_us: 5_000, failed: 1, ..End::default() });
    assert_eq!(spans(&timeline, 0).last(), Some(&(CallState::Waiting, 1_000, 5_000)));
    assert!(!Lanes::of(&timeline).calls[0].answered);
}

#[test]
fn a_call_that_was_asked_for_twice_is_the_first_one() {
    let mut timeline = run(1);
    timeline.connections = seen(0, &[(Event::Accepted, 900), (Event::HeadComplete, 1_000)]);
    let mut again =
        seen(0, &[(Event::Accepted, 2_000), (Event::HeadComplete, 3_000), (Event::AnswerEnded, 4_000)]);
    again.iter_mut().for_each(|event| event.connection = 7);
    timeline.connections.extend(again);
    timeline.connections.extend(seen(0, &[(Event::AnswerEnded, 9_000)]));
    assert_eq!(spans(&timeline, 0).last(), Some(&(CallState::Waiting, 1_000, 9_000)));
}

#[test]
fn a_call_that_was_never_begun_has_no_lane() {
    assert_eq!(Lanes::of(&run(3)).calls, []);
}

#[test]
fn a_thread_sleeps_where_it_slept_less_the_time_it_ran() {
    let mut timeline = run(0);
    timeline.threads = vec![Thread { process: 7, thread: 8, name: "loop".into() }];
    let stretch = |from_us, until_us, state, cpu_us| Stretch { thread: 8, from_us, until_us, state, cpu_us };
    let asleep = || ThreadState::AsleepIn("epoll_wait".into());
    timeline.stretches = vec![
        stretch(5_000, 9_000, asleep(), 100),
        stretch(0, 1_000, ThreadState::Runs, 900),
        stretch(1_000, 5_000, asleep(), 0),
    ];
    let lanes = Lanes::of(&timeline);
    assert_eq!(lanes.threads[0].asleep_us(), [("epoll_wait", 7_900)]);
    assert_eq!(lanes.threads[0].stretches[0].from_us, 0);
    assert_eq!((lanes.threads[0].cpu_us(), lanes.threads[0].seen_us()), (1_000, 9_000));
}

fn run(calls: usize) -> Timeline {
    Timeline::new(About { contestant: "one".into(), calls, ..About::default() })
}

/// Events of a connection that asks for this call; which call is known from the head on.
fn seen(call: usize, events: &[(Event, u64)]) -> Vec<ConnectionEvent> {
    let one = |(event, at_us): &(Event, u64)| {
        let known = *event != Event::Accepted;
        ConnectionEvent { connection: 3, call: known.then_some(call), event: *event, at_us: *at_us }
    };
    events.iter().map(one).collect()
}

fn said(milestones: &[(Milestone, u64)]) -> Vec<MilestoneEvent> {
    let one = |(milestone, at_us): &(Milestone, u64)| MilestoneEvent {
        call: 0,
        milestone: *milestone,
        at_us: *at_us,
        thread: 8,
    };
    milestones.iter().map(one).collect()
}

fn spans(timeline: &Timeline, call: usize) -> Vec<(CallState, u64, u64)> {
    let lanes = Lanes::of(timeline);
    lanes.calls[call].spans.iter().map(|span| (span.state, span.from_us, span.until_us)).collect()
}
