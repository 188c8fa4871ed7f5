//! The model against the mock: what it answers, how many calls it has in flight, how it ends.
#![cfg(not(any(loom, shuttle)))]

use std::num::NonZeroUsize;
use std::thread;
use std::time::{Duration, Instant};

use downstream_call::{Call, Cancel, Diamond, Failure, Milestone, Model, Run, Trace, Work};
use downstream_mock::{Config, DIAMOND_COMPLETE, Mock};
use mini_runtime::MiniRuntime;

const LATENCY: Duration = Duration::from_millis(30);
const PLENTY: Duration = Duration::from_secs(5);

fn mock() -> Mock {
    Mock::start(Config { latency: LATENCY, ..Config::default() }).expect("a mock")
}

fn get(mock: &Mock, path: &str, timeout: Duration) -> Call {
    Call::get(&format!("{}{path}", mock.url()), timeout).expect("a call")
}

fn echoes(mock: &Mock, count: usize) -> Vec<Call> {
    (0..count).map(|index| get(mock, &format!("/echo/{index}"), PLENTY)).collect()
}

fn at_most(in_flight: usize) -> Run {
    Run { in_flight: NonZeroUsize::new(in_flight).expect("not zero"), ..Run::default() }
}

#[test]
fn every_call_gets_its_own_answer_and_all_wait_together() {
    let (mock, mut model) = (mock(), MiniRuntime::new().expect("a model"));
    let outcomes = model.fan_out(&Run::default(), &echoes(&mock, 50)).expect("machinery");
    for (index, outcome) in outcomes.into_iter().enumerate() {
        assert_eq!(outcome.expect("a reply").body, index.to_string().into_bytes());
    }
    assert_eq!(mock.stats().peak_in_flight, 50);
}

#[test]
fn no_more_calls_are_in_flight_than_the_run_allows() {
    let (mock, mut model) = (mock(), MiniRuntime::new().expect("a model"));
    let outcomes = model.fan_out(&at_most(3), &echoes(&mock, 9)).expect("machinery");
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(mock.stats().peak_in_flight, 3);
}

#[test]
fn a_call_that_fails_costs_only_its_own_answer() {
    let (mock, mut model) = (mock(), MiniRuntime::new().expect("a model"));
    let slow = get(&mock, "/get_resource?latency_ms=2000", LATENCY);
    let refused = Call { address: ([127, 0, 0, 1], 1).into(), ..slow.clone() };
    let unsendable = slow.with_path("/a b");
    let calls = [get(&mock, "/echo/1", PLENTY), slow, refused, unsendable, get(&mock, "/echo/2", PLENTY)];
    let outcomes = model.fan_out(&Run::default(), &calls).expect("machinery");
    assert_eq!(outcomes[0].as_ref().map(|reply| &reply.body[..]), Ok(&b"1"[..]));
    assert_eq!(outcomes[1], Err(Failure::TimedOut));
    assert_eq!(outcomes[2], Err(Failure::ConnectRefused));
    assert!(matches!(outcomes[3], Err(Failure::Unsendable(_))));
    assert_eq!(outcomes[4].as_ref().map(|reply| &reply.body[..]), Ok(&b"2"[..]));
}

#[test]
fn a_panic_in_the_work_of_one_call_costs_only_its_own_answer() {
    let (mock, mut model) = (mock(), MiniRuntime::new().expect("a model"));
    let work = Work::Function(|reply| if reply.body == b"1" { panic!("on purpose") } else { 7 });
    let outcomes = model.fan_out(&Run { work, ..Run::default() }, &echoes(&mock, 3)).expect("machinery");
    assert_eq!(outcomes[0].as_ref().map(|reply| reply.worked), Ok(Some(7)));
    assert_eq!(outcomes[2].as_ref().map(|reply| reply.worked), Ok(Some(7)));
    assert_eq!(outcomes[1], Err(Failure::WorkPanicked));
}

#[test]
fn a_cancelled_run_ends_its_calls_at_once_and_starts_no_other() {
    let (mock, mut model) = (mock(), MiniRuntime::new().expect("a model"));
    let run = Run { cancel: Cancel::new().expect("a cancel"), trace: Trace::on(), ..at_most(2) };
    let calls = vec![get(&mock, "/get_resource?latency_ms=4000", PLENTY); 5];
    let start = Instant::now();
    let outcomes = thread::scope(|scope| {
        scope.spawn(|| {
            assert!(mock.wait_for(PLENTY, |stats| stats.in_flight == 2));
            run.cancel.cancel();
        });
        model.fan_out(&run, &calls).expect("machinery")
    });
    assert_eq!(outcomes, vec![Err(Failure::Cancelled); 5]);
    assert!(start.elapsed() < PLENTY);
    assert_eq!(mock.stats().requests, 2);
    let finished = run.trace.marks().into_iter().filter(|mark| mark.milestone == Milestone::Finished);
    assert_eq!(finished.count(), 2, "those that were started are told to have ended");
    assert_eq!(model.fan_out(&Run::default(), &echoes(&mock, 1)).expect("machinery").len(), 1);
}

#[test]
fn a_run_that_is_cancelled_before_it_begins_asks_for_nothing() {
    let (mock, mut model) = (mock(), MiniRuntime::new().expect("a model"));
    let run = Run { cancel: Cancel::new().expect("a cancel"), ..Run::default() };
    run.cancel.cancel();
    let outcomes = model.fan_out(&run, &echoes(&mock, 2)).expect("machinery");
    assert_eq!(outcomes, vec![Err(Failure::Cancelled); 2]);
    let diamond = model.diamond(&run, &Diamond::new(get(&mock, "/diamond", PLENTY))).expect("machinery");
    assert_eq!(diamond, Err(Failure::Cancelled));
    assert_eq!(mock.stats().requests, 0);
}

#[test]
fn the_diamond_takes_three_latencies_and_has_three_calls_in_flight() {
    let (mock, mut model) = (mock(), MiniRuntime::new().expect("a model"));
    let start = Instant::now();
    let reply = model.diamond(&Run::default(), &Diamond::new(get(&mock, "/diamond", PLENTY)));
    assert!(start.elapsed() >= 3 * LATENCY);
    assert_eq!(reply.expect("machinery").expect("a reply").body, DIAMOND_COMPLETE.as_bytes());
    assert_eq!((mock.stats().requests, mock.stats().peak_in_flight), (5, 3));
}

#[test]
fn the_diamond_keeps_to_what_the_run_allows() {
    let (mock, mut model) = (mock(), MiniRuntime::new().expect("a model"));
    let reply = model.diamond(&at_most(1), &Diamond::new(get(&mock, "/diamond", PLENTY)));
    assert!(reply.expect("machinery").is_ok());
    assert_eq!(mock.stats().peak_in_flight, 1);
}

#[test]
fn the_diamonds_first_failure_cancels_the_rest() {
    let (mock, mut model) = (mock(), MiniRuntime::new().expect("a model"));
    let plan = Diamond::new(get(&mock, "/no/diamond", PLENTY));
    let outcome = model.diamond(&Run::default(), &plan).expect("machinery");
    assert_eq!(outcome, Err(Failure::UnexpectedStatus(404)));
    assert_eq!(mock.stats().requests, 1);
    let panics = Run { work: Work::Function(|_| panic!("on purpose")), ..Run::default() };
    let outcome = model.diamond(&panics, &Diamond::new(get(&mock, "/diamond", PLENTY))).expect("machinery");
    assert_eq!(outcome, Err(Failure::WorkPanicked));
}
