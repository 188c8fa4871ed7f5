//! What a sentence says is a fact of the lanes, and each of these runs differs from the others in one.

mod made;

use made::{Made, asleep, at_once, pool};
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
fn a_thread_that_computes_after_the_answers_did_not_pay_for_waiting() {
    let did = [(asleep("epoll_wait"), 1_001_000, 1_000), (ThreadState::Runs, 3_001_000, 2_000_000)];
    let made = at_once("computes", 20).thread(1, 1, &did).end(3_010_000, 0);
    assert_eq!(said(&made), "one thread ran for 67 % of the time while 20 calls waited");
}

#[test]
fn a_thread_without_a_core_says_so() {
    let made = at_once("starved", 1).only(1, ThreadState::Queued, 1_000_000, 100_000);
    assert_eq!(said(&made), "one thread waited for a core for 90 % of the time while one call waited");
}

#[test]
fn calls_without_a_thread_had_to_wait_for_one() {
    let expected = "8 threads slept in recvfrom for 99 % of the time, and one slept in futex; 12 calls had to \
                    wait for a thread: the last one began after 2.0 s";
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
    let expected = "nothing is known of the threads while at most 2 of 3 calls waited at a time, and the last one began after 55 ms";
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
