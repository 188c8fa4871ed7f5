//! What held a loop is found, and what did not hold one is not.

mod made;

use made::{Made, asleep};
use timeline::Milestone::{Finished, FirstByte, Started, WorkBegins, WorkEnds};
use timeline::{Blocked, Blocker, ThreadState, blocked, sentence};

const LOOP: u32 = 1;
const WORKER: u32 = 2;

#[test]
fn the_work_of_one_call_holds_the_loop_while_others_lie_ready() {
    let made = three_answers_together(LOOP);
    let expected = [held(101_000, 162_000, 2, 0), held(162_000, 192_000, 1, 1)];
    assert_eq!(blocked(&made.lanes()), expected);
    let sentence = sentence(&made.lanes());
    assert!(
        sentence.contains("call 0's work held the loop for 61 ms while 2 answers lay ready"),
        "{sentence}"
    );
}

#[test]
fn the_last_work_holds_nothing_up() {
    let made = Made::new("one", 1).call(0, 0, 100_000).end(200_000, 0);
    let made = made.said(0, LOOP, &[(FirstByte, 100_000), (WorkBegins, 100_000), (WorkEnds, 190_000)]);
    assert_eq!(blocked(&made.lanes()), []);
}

#[test]
fn work_that_is_short_holds_nothing_up() {
    let made = (0..9).fold(Made::new("short", 9), |made, call| {
        let from_us = 100_000 + call as u64 * 20_000;
        let said = [(FirstByte, from_us), (WorkBegins, from_us), (WorkEnds, from_us + 20_000)];
        made.call(call, 0, 100_000).said(call, LOOP, &said)
    });
    assert_eq!(blocked(&made.end(400_000, 0).lanes()), []);
}

#[test]
fn work_on_another_thread_does_not_hold_the_loop() {
    assert_eq!(blocked(&three_answers_together(WORKER).lanes()), []);
}

#[test]
fn a_pool_computes_while_the_answers_of_other_threads_lie_ready() {
    let made = (0..8).fold(Made::new("pool", 8), |made, call| {
        let said = [(Started, 0), (FirstByte, 101_000), (WorkBegins, 101_000), (WorkEnds, 161_000)];
        made.call(call, 0, 100_000).said(call, 10 + call as u32, &said)
    });
    assert_eq!(blocked(&made.end(200_000, 0).lanes()), []);
}

#[test]
fn a_program_that_sleeps_elsewhere_is_away_while_answers_come() {
    let made = program().thread(1, LOOP, &away_in(asleep("clock_nanosleep")));
    let by = Blocker::Away { from: "epoll_wait".into(), after: Some(0) };
    let expected = Blocked { thread: LOOP, from_us: 100_000, until_us: 300_000, ready: 3, by };
    assert_eq!(blocked(&made.lanes()), [expected]);
    let sentence = sentence(&made.lanes());
    let part = "a thread was away from epoll_wait for 200 ms after call 0's answer while 3 answers came";
    assert!(sentence.ends_with(part), "{sentence}");
}

#[test]
fn a_program_that_computes_is_away_too_but_not_while_it_waits_for_a_core() {
    let computes = program().thread(1, LOOP, &away_in(ThreadState::Runs));
    assert_eq!(blocked(&computes.lanes()).len(), 1);
    let queued = program().thread(1, LOOP, &away_in(ThreadState::Queued));
    assert_eq!(blocked(&queued.lanes()), []);
}

#[test]
fn a_program_with_a_thread_for_each_call_waits_for_no_other() {
    let threads = 1..5;
    let made = threads.fold(program(), |made, thread| made.thread(1, thread, &away_in(ThreadState::Runs)));
    assert_eq!(blocked(&made.lanes()), []);
}

#[test]
fn a_program_that_computes_for_longer_than_it_waits_is_away_too() {
    let did = [(asleep("epoll_wait"), 100_000, 0), (ThreadState::Runs, 900_000, 700_000)];
    let [blocked] = &blocked(&program().thread(1, LOOP, &did).lanes())[..] else { panic!("not one stretch") };
    assert_eq!((blocked.from_us, blocked.until_us, blocked.ready), (100_000, 900_000, 3));
}

#[test]
fn a_program_is_away_also_if_it_sleeps_elsewhere_for_longer_than_it_waits() {
    let did = [(asleep("epoll_wait"), 100_000, 0), (asleep("clock_nanosleep"), 600_000, 0)];
    let [blocked] = &blocked(&program().thread(1, LOOP, &did).lanes())[..] else { panic!("not one stretch") };
    assert_eq!(blocked.by, Blocker::Away { from: "epoll_wait".into(), after: Some(0) });
}

#[test]
fn the_time_that_it_had_a_core_counts_although_it_waited_for_one_for_longer() {
    let computes = |cpu_us| {
        let did = [(asleep("epoll_wait"), 100_000, 0), (ThreadState::Queued, 300_000, cpu_us)];
        blocked(&program().thread(1, LOOP, &did).lanes()).len()
    };
    assert_eq!([computes(20_000), computes(30_000)], [0, 1]);
}

#[test]
fn a_thread_that_waits_for_another_one_is_no_loop() {
    let did =
        [(asleep("futex"), 100_000, 0), (ThreadState::Runs, 300_000, 200_000), (asleep("futex"), 600_000, 0)];
    assert_eq!(blocked(&program().thread(1, LOOP, &did).lanes()), []);
}

#[test]
fn a_program_that_never_sleeps_looks_for_answers_all_the_time() {
    let made = program().thread(1, LOOP, &[(ThreadState::Runs, 500_000, 500_000)]);
    assert_eq!(blocked(&made.lanes()), []);
}

#[test]
fn nothing_is_concluded_where_some_of_many_threads_may_not_have_been_seen() {
    let with = |threads: u32| {
        let made = (0..100).fold(Made::new("many", 100).end(600_000, 0), |made, call| {
            made.call(call, 0, 90_000 + call as u64 * 1_000)
        });
        (0..threads).fold(made, |made, thread| made.thread(1, thread, &away_in(ThreadState::Runs)))
    };
    assert_eq!(blocked(&with(32).lanes()).len(), 32);
    assert_eq!(blocked(&with(33).lanes()), []);
}

/// Three calls that are answered at 100 ms and read on the loop; their work takes 61, 30 and 30 ms.
fn three_answers_together(worked_on: u32) -> Made {
    let work = [(101_000, 162_000), (162_000, 192_000), (192_000, 222_000)];
    let made = work.iter().enumerate().fold(Made::new("loop", 3), |made, (call, (from_us, until_us))| {
        let made = made.call(call, 0, 100_000);
        let made = made.said(call, LOOP, &[(Started, 0), (FirstByte, *from_us), (Finished, *from_us)]);
        made.said(call, worked_on, &[(WorkBegins, *from_us), (WorkEnds, *until_us)])
    });
    made.end(230_000, 0)
}

/// Four calls of a program that tells nothing of itself: one answer at 98 ms, three between 150 and 200.
fn program() -> Made {
    let answered_us = [98_000, 150_000, 160_000, 200_000];
    let made = Made::new("program", 4).end(600_000, 0);
    answered_us.iter().enumerate().fold(made, |made, (call, at_us)| made.call(call, 0, *at_us))
}

fn away_in(state: ThreadState) -> [(ThreadState, u64, u64); 3] {
    [(asleep("epoll_wait"), 100_000, 0), (state, 300_000, 0), (asleep("epoll_wait"), 600_000, 0)]
}

fn held(from_us: u64, until_us: u64, ready: usize, call: usize) -> Blocked {
    Blocked { thread: LOOP, from_us, until_us, ready, by: Blocker::Work(call) }
}
