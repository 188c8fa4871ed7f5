//! Work done with a reply: its result, its CPU time, and a panic that loses only one answer.

use std::time::Duration;

use cpu_time::ThreadTime;
use downstream_call::{Failure, Reply, Work};
use rstest::rstest;

fn reply() -> Reply {
    Reply { status: 200, body: b"Hello World!".to_vec(), worked: None }
}

#[rstest]
#[case::nothing(Work::None, None)]
#[case::the_zeroth_number(Work::Fibonacci(0), Some(0))]
#[case::the_first_number(Work::Fibonacci(1), Some(1))]
#[case::the_twentieth_number(Work::Fibonacci(20), Some(6765))]
#[case::no_time_at_all(Work::CpuTime(Duration::ZERO), Some(0))]
#[case::anything_else(Work::Function(|reply| reply.body.len() as u64), Some(12))]
fn the_result_is_noted_in_the_reply(#[case] work: Work, #[case] worked: Option<u64>) {
    assert_eq!(work.on(Ok(reply())), Ok(Reply { worked, ..reply() }));
}

#[test]
fn work_by_time_takes_that_much_of_this_thread_s_cpu_time() {
    let start = ThreadTime::now();
    let done = Work::CpuTime(Duration::from_millis(20)).on(Ok(reply())).expect("no panic");
    assert!(start.elapsed() >= Duration::from_millis(20));
    assert!(done.worked > Some(0));
}

#[test]
fn a_panic_costs_this_call_s_answer_alone() {
    let work = Work::Function(|reply| if reply.status == 500 { panic!("as the test wants") } else { 1 });
    assert_eq!(work.on(Ok(Reply { status: 500, ..reply() })), Err(Failure::WorkPanicked));
    assert_eq!(work.on(Ok(reply())), Ok(Reply { worked: Some(1), ..reply() }));
}

#[test]
fn there_is_nothing_to_do_with_a_failure() {
    let work = Work::Function(|_| panic!("never called"));
    assert_eq!(work.on(Err(Failure::TimedOut)), Err(Failure::TimedOut));
}
