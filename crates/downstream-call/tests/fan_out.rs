//! The ledger of a run: which call may start, how each one ended, and when the run is over.

use std::num::NonZeroUsize;
use std::time::Duration;

use downstream_call::{Call, Cancel, Failure, FanOut, Milestone, Outcome, Reply, Run, Trace, Work};
use proptest::prelude::*;

fn calls(count: usize) -> Vec<Call> {
    let call = Call::get("http://127.0.0.1:8080/", Duration::from_secs(1)).expect("a good URL");
    (0..count).map(|id| call.with_path(&format!("/echo/{id}"))).collect()
}

fn reply(body: usize) -> Outcome {
    Ok(Reply { status: 200, body: body.to_string().into_bytes(), worked: None })
}

fn at_most(in_flight: usize) -> Run {
    Run { in_flight: NonZeroUsize::new(in_flight).expect("not zero"), ..Run::default() }
}

/// The indices of all calls that may start now.
fn admitted(fan_out: &mut FanOut<'_>) -> Vec<usize> {
    std::iter::from_fn(|| fan_out.admit()).map(|(index, _)| index).collect()
}

#[test]
fn calls_are_admitted_in_order_while_there_is_room() {
    let (run, calls) = (at_most(2), calls(4));
    let mut fan_out = FanOut::new(&run, &calls);
    assert_eq!(admitted(&mut fan_out), [0, 1]);
    fan_out.ended(1, reply(1));
    assert_eq!(admitted(&mut fan_out), [2]);
    fan_out.ended(0, reply(0));
    fan_out.ended(2, Err(Failure::Reset));
    assert_eq!(admitted(&mut fan_out), [3]);
    assert!(!fan_out.is_over());
    fan_out.ended(3, reply(3));
    assert!(fan_out.is_over());
    assert_eq!(fan_out.into_outcomes(), [reply(0), reply(1), Err(Failure::Reset), reply(3)]);
}

#[test]
fn a_run_without_calls_is_over_from_the_start() {
    let run = Run::default();
    let fan_out = FanOut::new(&run, &[]);
    assert!(fan_out.is_over());
    assert_eq!(fan_out.into_outcomes(), []);
}

#[test]
fn a_failure_cancels_nothing_outside_of_a_step() {
    let (run, calls) = (at_most(1), calls(2));
    let mut fan_out = FanOut::new(&run, &calls);
    assert_eq!(admitted(&mut fan_out), [0]);
    fan_out.ended(0, Err(Failure::TimedOut));
    assert!(!fan_out.is_cancelled());
    assert_eq!(admitted(&mut fan_out), [1]);
}

#[test]
fn the_first_failure_of_a_step_cancels_its_other_calls() {
    let (run, calls) = (at_most(2).step(1), calls(3));
    let mut fan_out = FanOut::new(&run, &calls);
    assert_eq!(admitted(&mut fan_out), [0, 1]);
    fan_out.ended(1, Err(Failure::Reset));
    assert!(fan_out.is_cancelled() && !fan_out.is_over(), "call 0 is still in flight");
    assert_eq!(admitted(&mut fan_out), []);
    fan_out.cancel();
    assert!(fan_out.is_over());
    let cancelled = Err(Failure::Cancelled);
    assert_eq!(fan_out.into_outcomes(), [cancelled.clone(), Err(Failure::Reset), cancelled]);
}

#[test]
fn work_that_panics_cancels_a_step_as_any_failure_does() {
    let work = Work::Function(|_| std::panic::resume_unwind(Box::new("quietly")));
    let (run, calls) = (Run { work, ..Run::default() }.step(1), calls(3));
    let mut fan_out = FanOut::new(&run, &calls);
    assert_eq!(admitted(&mut fan_out).len(), 3);
    fan_out.ended(0, reply(0));
    assert!(fan_out.is_cancelled());
    fan_out.cancel();
    assert_eq!(fan_out.into_outcomes()[0], Err(Failure::WorkPanicked));
}

#[test]
fn work_that_was_done_elsewhere_is_not_done_again() {
    let (run, calls) = (Run { work: Work::Fibonacci(10), ..Run::default() }, calls(2));
    let mut fan_out = FanOut::new(&run, &calls);
    admitted(&mut fan_out);
    fan_out.ended(0, reply(0));
    fan_out.ended_after_work(1, reply(1));
    let worked: Vec<_> = fan_out.into_outcomes().into_iter().map(|outcome| outcome.unwrap().worked).collect();
    assert_eq!(worked, [Some(55), None]);
}

#[test]
fn a_cancelled_run_admits_no_call_and_is_over_once_those_in_flight_are() {
    let run = Run { cancel: Cancel::new().expect("two descriptors"), ..at_most(1) };
    let calls = calls(2);
    let mut fan_out = FanOut::new(&run, &calls);
    assert_eq!(admitted(&mut fan_out), [0]);
    run.cancel.cancel();
    assert!(fan_out.is_cancelled() && !fan_out.is_over());
    fan_out.ended(0, reply(0));
    assert_eq!(admitted(&mut fan_out), []);
    assert!(fan_out.is_over());
    assert_eq!(fan_out.into_outcomes(), [reply(0), Err(Failure::Cancelled)]);
}

#[test]
fn a_step_numbers_its_calls_from_its_first_one_in_the_trace() {
    let run = Run { trace: Trace::on(), ..Run::default() };
    run.step(1).trace.mark(2, Milestone::Started);
    assert_eq!(run.trace.marks()[0].call, 3);
}

proptest! {
    /// In whatever order calls end, each outcome is at its call's place, and the limit holds at every moment.
    #[test]
    fn outcomes_stand_in_the_order_of_calls(count in 0..40_usize, limit in 1..10_usize, endings: Vec<usize>) {
        let (run, calls) = (at_most(limit), calls(count));
        let mut fan_out = FanOut::new(&run, &calls);
        let (mut flying, mut endings) = (Vec::new(), endings.iter().cycle());
        loop {
            flying.extend(admitted(&mut fan_out));
            prop_assert!(flying.len() <= limit);
            if fan_out.is_over() {
                break;
            }
            let index = flying.swap_remove(endings.next().unwrap_or(&0) % flying.len());
            fan_out.ended(index, reply(index));
        }
        prop_assert_eq!(fan_out.into_outcomes(), (0..count).map(reply).collect::<Vec<_>>());
    }
}
