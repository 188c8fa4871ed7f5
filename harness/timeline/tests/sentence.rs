//! What a sentence says is a fact of the lanes, and each of these runs differs from the others in one.

mod made;

use made::{Made, asleep, at_once, pool};
use rstest::rstest;
use timeline::Milestone::{FirstByte, WorkBegins, WorkEnds};
use timeline::{Lanes, ThreadState, sentence};

#[test]
fn a_loop_slept_while_all_calls_waited() {
    let made = at_once("epoll", 100).only(1, asleep("epoll_wait"), 1_000_000, 20_000);
    assert_eq!(said(&made), "one thread slept in epoll_wait for 98 % of the time while 100 calls waited");
}

#[test]
fn a_thread_that_never_slept_cost_a_core() {
    let made = at_once("busy", 20).only(1, ThreadState::Runs, 1_000_000, 990_000);
    let expected = "one thread ran for 99 % of the time while 20 calls waited: waiting cost a core";
    assert_eq!(said(&made), expected);
}

#[test]
fn what_a_thread_does_after_the_answers_is_not_how_it_waited() {
    let did = [(asleep("epoll_wait"), 1_001_000, 1_000), (ThreadState::Runs, 3_001_000, 2_000_000)];
    let made = at_once("computes", 20).thread(1, 1, &did).end(3_010_000, 0);
    let expected = "one thread slept in epoll_wait for 100 % of the time while 20 calls waited; \
                    a thread was away from epoll_wait for 2.0 s after call 0's answer while 19 answers came";
    assert_eq!(said(&made), expected);
}

#[test]
fn a_thread_without_a_core_says_so() {
    let made = at_once("starved", 1).only(1, ThreadState::Queued, 1_000_000, 100_000);
    assert_eq!(said(&made), "one thread waited for a core for 90 % of the time while one call waited");
}

#[test]
fn calls_without_a_thread_had_to_wait_for_one() {
    let expected = "8 threads slept in recvfrom for 99 % of the time while at most 8 of 20 calls waited at a time; \
                    12 calls had to wait for a thread: the last one began after 2.0 s";
    assert_eq!(said(&pool()), expected);
}

#[test]
fn a_limit_of_calls_in_flight_is_named_before_threads() {
    let mut made = pool();
    made.0.about.in_flight = Some(8);
    let sentence = said(&made);
    assert!(sentence.contains("12 calls had to wait until one of the 8 in flight was over"), "{sentence}");
}

#[test]
fn calls_that_overlap_in_part_are_counted() {
    let made = Made::new("some", 3).call(0, 0, 50_000).call(1, 10_000, 60_000).call(2, 55_000, 90_000);
    let expected = "nothing is known of the threads while at most 2 of 3 calls waited at a time; the last one began after 55 ms";
    assert_eq!(said(&made.end(100_000, 0)), expected);
}

#[test]
fn calls_one_after_the_other_add_up() {
    let made = Made::new("serial", 2).call(0, 0, 1_000_000).call(1, 1_000_000, 2_000_000).end(2_000_000, 0);
    let made = made.only(1, asleep("recvfrom"), 2_000_000, 0);
    let expected = "one thread slept in recvfrom for 100 % of the time while 2 calls waited one after the other, for 2.0 s";
    assert_eq!(said(&made), expected);
}

#[test]
fn threads_of_several_processes_are_told_from_those_of_one() {
    let made = at_once("processes", 4);
    let made = (1..5).fold(made, |made, one| made.thread(one, one, &[(asleep("read"), 1_000_000, 0)]));
    let expected = "4 threads in 4 processes slept in read for 100 % of the time while 4 calls waited";
    assert_eq!(said(&made), expected);
}

#[test]
fn a_thread_that_looks_all_the_time_costs_a_core_also_while_others_have_it() {
    let did = [(ThreadState::Runs, 500_000, 480_000), (ThreadState::Queued, 1_010_000, 60_000)];
    let made = at_once("busy", 20).thread(1, 1, &did);
    let expected = "one thread ran for 54 % of the time and waited for a core for 44 % while 20 calls waited: \
                    waiting cost a core";
    assert_eq!(said(&made), expected);
}

#[test]
fn threads_that_read_the_answers_are_told_before_a_pool_that_has_none() {
    let made = (2..6).fold(at_once("pool", 2), |made, one| made.only(one, asleep("futex"), 1_000_000, 0));
    let made = made.only(6, asleep("read"), 1_000_000, 0).only(7, asleep("read"), 1_000_000, 0);
    let made = made.said(0, 6, &[(FirstByte, 1_003_000)]).said(1, 7, &[(FirstByte, 1_003_000)]);
    let expected = "2 threads slept in read for 100 % of the time while 2 calls waited, each on a thread of its own; \
                    4 other threads slept in futex";
    assert_eq!(said(&made), expected);
}

#[rstest]
#[case::evenly([1, 2, 1, 2], "2 on each")]
#[case::unevenly([1, 1, 1, 2], "1 to 3 on each")]
fn calls_are_shared_by_loops(#[case] loops: [u32; 4], #[case] shared: &str) {
    let made = at_once("loops", 4).only(1, asleep("epoll_wait"), 1_000_000, 0);
    let made = made.only(2, asleep("epoll_wait"), 1_000_000, 0);
    let made = loops
        .into_iter()
        .enumerate()
        .fold(made, |made, (call, thread)| made.said(call, thread, &[(FirstByte, 1_003_000)]));
    let expected =
        format!("2 threads slept in epoll_wait for 100 % of the time while 4 calls waited, {shared}");
    assert_eq!(said(&made), expected);
}

#[test]
fn threads_of_a_program_that_tells_nothing_are_known_by_where_they_slept() {
    let made = at_once("program", 2).only(1, asleep("poll"), 1_000_000, 0);
    let made = (2..5).fold(made, |made, one| made.only(one, asleep("read"), 1_000_000, 0));
    let expected =
        "one thread slept in poll for 100 % of the time while 2 calls waited; 3 other threads slept in read";
    assert_eq!(said(&made), expected);
}

#[test]
fn threads_that_did_the_work_are_told_and_that_they_had_too_few_cores() {
    let did = [(asleep("futex"), 1_003_000, 0), (ThreadState::Queued, 1_403_000, 160_000)];
    let made = at_once("offload", 2).only(1, asleep("epoll_wait"), 1_403_000, 0).end(1_403_000, 0);
    let made = made.thread(1, 2, &did).thread(1, 3, &did);
    let work = [(WorkBegins, 1_003_000), (WorkEnds, 1_403_000)];
    let made = (0..2).fold(made, |made, call| {
        made.said(call, 1, &[(FirstByte, 1_003_000)]).said(call, 2 + call as u32, &work)
    });
    let expected = "one thread slept in epoll_wait for 100 % of the time while 2 calls waited; \
                    2 other threads did the work and waited for a core for 60 % of that time";
    assert_eq!(said(&made), expected);
}

#[test]
fn threads_that_were_not_watched_are_counted() {
    let mut made = at_once("many", 3).only(1, asleep("futex"), 1_000_000, 0);
    made = made.only(2, asleep("read"), 1_000_000, 0).only(3, asleep("read"), 1_000_000, 0);
    made.0.end.as_mut().expect("an end").unwatched_threads = 1;
    let expected = "2 of 3 watched threads slept in read for 100 % of the time while 3 calls waited; \
                    one more thread was not watched";
    assert_eq!(said(&made), expected);
}

#[test]
fn a_shell_that_starts_the_program_is_not_told() {
    let made = at_once("program", 2).only(1, asleep("epoll_wait"), 1_000_000, 0);
    let made = (2..9).fold(made, |made, shell| made.only(shell, asleep("read"), 100_000, 0));
    let expected = "one thread slept in epoll_wait for 100 % of the time while 2 calls waited";
    assert_eq!(said(&made), expected);
}

#[test]
fn what_was_not_seen_is_not_guessed() {
    assert_eq!(said(&at_once("unseen", 3)), "nothing is known of the threads while 3 calls waited");
    let nothing = Made::new("none", 3).only(1, asleep("read"), 1_000_000, 0);
    assert_eq!(said(&nothing), "one thread slept in read for 100 % of the time, and no call was begun");
}

#[test]
fn failures_are_told_after_what_was_seen_and_cannot_move_the_cursor() {
    let mut made = at_once("fails", 3).end(1_010_000, 2);
    made.0.end.as_mut().expect("an end").fault = Some("ended with \u{1b}[2J".into());
    let sentence = said(&made);
    let expected = "; 2 of 3 calls had no right answer; it failed: ended with \\u{1b}[2J";
    assert!(sentence.ends_with(expected), "{sentence}");
}

fn said(made: &Made) -> String {
    sentence(&Lanes::of(&made.0))
}
