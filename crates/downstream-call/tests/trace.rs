//! Each milestone is noted once, and in order, however the bytes arrive.

use std::thread;
use std::time::Duration;

use downstream_call::Milestone::{Finished, FirstByte, Sent, Started, WorkBegins, WorkEnds};
use downstream_call::{Call, Exchange, Failure, FanOut, Milestone, Reply, Run, Trace, Work};
use rstest::rstest;

fn traced() -> (Run, Call) {
    let run = Run { trace: Trace::on(), ..Run::default() };
    (run, Call::get("http://127.0.0.1:8080/", Duration::from_secs(1)).expect("good"))
}

fn milestones(run: &Run) -> Vec<Milestone> {
    run.trace.marks().iter().map(|mark| mark.milestone).collect()
}

fn send(exchange: &mut Exchange<'_>) {
    let mut scratch = [0; 9];
    while !exchange.is_sent() {
        let length = exchange.unsent(&mut scratch).len();
        exchange.sent(length);
    }
}

#[rstest]
#[case::at_once(1000)]
#[case::byte_by_byte(1)]
fn a_call_starts_sends_receives_and_finishes(#[case] piece_bytes: usize) {
    let (run, call) = traced();
    let mut exchange = Exchange::new(&run, 3, &call).expect("sendable");
    send(&mut exchange);
    exchange.sent(0);
    let response = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    let outcomes = response.chunks(piece_bytes).filter_map(|piece| exchange.received(piece)).count();
    assert_eq!(outcomes, 1);
    drop(exchange);
    assert_eq!(milestones(&run), [Started, Sent, FirstByte, Finished]);
    let marks = run.trace.marks();
    assert!(marks.is_sorted_by_key(|mark| mark.at));
    assert!(marks.iter().all(|mark| mark.call == 3 && mark.thread == marks[0].thread));
}

#[test]
fn a_call_that_fails_finishes_all_the_same() {
    let (run, call) = traced();
    drop(Exchange::new(&run, 0, &call).expect("sendable"));
    assert_eq!(milestones(&run), [Started, Finished]);

    let (run, call) = traced();
    let mut exchange = Exchange::new(&run, 0, &call).expect("sendable");
    send(&mut exchange);
    assert!(exchange.closed().is_err());
    drop(exchange);
    assert_eq!(milestones(&run), [Started, Sent, Finished]);

    let (run, call) = traced();
    let mut exchange = Exchange::new(&run, 0, &call).expect("sendable");
    send(&mut exchange);
    assert!(exchange.received(b"no HTTP at all").is_some_and(|outcome| outcome.is_err()));
    drop(exchange);
    assert_eq!(milestones(&run), [Started, Sent, FirstByte, Finished]);
}

#[test]
fn a_call_that_is_refused_never_starts() {
    let (run, call) = traced();
    assert!(Exchange::new(&run, 0, &call.with_path("/a b")).is_err());
    assert_eq!(milestones(&run), []);
}

#[rstest]
#[case::a_reply(|_: &Reply| 1, Ok(Reply::default()), &[WorkBegins, WorkEnds])]
#[case::work_that_panics(|_: &Reply| panic!("on purpose"), Ok(Reply::default()), &[WorkBegins, WorkEnds])]
#[case::a_failure(|_: &Reply| 1, Err(Failure::Reset), &[])]
fn the_ledger_marks_the_work_with(
    #[case] work: fn(&Reply) -> u64,
    #[case] outcome: Result<Reply, Failure>,
    #[case] marked: &[Milestone],
) {
    let (run, call) = traced();
    let run = Run { work: Work::Function(work), ..run };
    let calls = [call];
    let mut fan_out = FanOut::new(&run, &calls);
    let (index, _) = fan_out.admit().expect("the first call");
    fan_out.ended(index, outcome);
    assert_eq!(milestones(&run), marked);
}

#[test]
fn without_work_none_is_marked() {
    let (run, _) = traced();
    assert!(run.work_on(0, Ok(Reply::default())).is_ok());
    assert_eq!(milestones(&run), []);
}

#[test]
fn a_mark_of_another_process_gets_its_number_in_the_whole_run() {
    let (run, _) = traced();
    run.trace.mark(1, Started);
    let mark = run.trace.marks()[0];
    run.trace.part(10).note_mark(mark);
    assert_eq!(run.trace.marks().iter().map(|mark| mark.call).collect::<Vec<_>>(), [1, 11]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_thread_has_the_number_that_the_system_gave_it() {
    let (run, _) = traced();
    run.trace.mark(0, Started);
    let own = std::fs::read_link("/proc/thread-self").expect("a number");
    assert!(own.ends_with(run.trace.marks()[0].thread.to_string()), "{own:?}");
}

#[test]
fn threads_share_a_trace_that_names_each_of_them() {
    let trace = Trace::on();
    trace.mark(0, Started);
    thread::scope(|scope| {
        let theirs = trace.clone();
        scope.spawn(move || theirs.mark(1, Started));
    });
    let marks = trace.marks();
    assert_eq!(marks.iter().map(|mark| mark.call).collect::<Vec<_>>(), [0, 1]);
    assert_ne!(marks[0].thread, marks[1].thread);
}

#[test]
fn a_trace_that_is_off_notes_nothing() {
    let trace = Trace::off();
    trace.mark(0, Started);
    assert_eq!(trace.marks(), []);
    assert_eq!(Run::default().trace.marks(), []);
}
