//! What tasks promise by themselves, on one thread and on many; what all models promise is in the harness's conformance
//! suite.

use std::net::TcpListener;
use std::num::NonZeroUsize;
use std::thread;
use std::time::{Duration, Instant};

use async_await::AsyncAwait;
use downstream_call::{
    Call, Cancel, Diamond, Failure, Mark, Milestone, Model, Outcome, Reply, Run, Trace, Work,
};
use downstream_mock::{Config, DIAMOND_COMPLETE, Mock};
use rstest::rstest;

const LATENCY: Duration = Duration::from_millis(40);
const PLENTY: Duration = Duration::from_secs(10);

type Make = fn() -> std::io::Result<AsyncAwait>;
const ONE: Make = AsyncAwait::one_thread;
const MANY: Make = AsyncAwait::many_threads;

fn mock(latency: Duration) -> Mock {
    Mock::start(Config { latency, ..Config::default() }).expect("a mock")
}

fn calls(mock: &Mock, count: usize) -> Vec<Call> {
    let call = |id| Call::get(&format!("{}/echo/{id}", mock.url()), PLENTY).expect("a call");
    (0..count).map(call).collect()
}

fn plan(mock: &Mock) -> Diamond {
    Diamond::new(Call::get(&format!("{}/diamond", mock.url()), PLENTY).expect("a call"))
}

fn in_flight(count: usize) -> Run {
    Run { in_flight: NonZeroUsize::new(count).expect("not zero"), ..Run::default() }
}

fn fan_out(make: Make, run: &Run, calls: &[Call]) -> Vec<Outcome> {
    make().expect("a runtime").fan_out(run, calls).expect("a run")
}

fn diamond(make: Make, run: &Run, plan: &Diamond) -> Outcome {
    make().expect("a runtime").diamond(run, plan).expect("a run")
}

fn assert_each_has_its_own_answer(outcomes: Vec<Outcome>) {
    for (id, outcome) in outcomes.into_iter().enumerate() {
        assert_eq!(outcome.expect("a reply").body, id.to_string().into_bytes());
    }
}

fn cancel_soon(run: &Run, mock: &Mock, requests: u64) {
    assert!(mock.wait_for(PLENTY, |stats| stats.requests == requests));
    run.cancel.cancel();
}

#[rstest]
fn every_call_waits_at_the_same_time(#[values(ONE, MANY)] make: Make) {
    let mock = mock(LATENCY * 8);
    assert_each_has_its_own_answer(fan_out(make, &Run::default(), &calls(&mock, 100)));
    assert_eq!((mock.stats().peak_in_flight, mock.stats().requests), (100, 100));
}

#[rstest]
fn no_more_calls_than_allowed_are_in_flight(#[values(ONE, MANY)] make: Make) {
    let mock = mock(LATENCY);
    assert_each_has_its_own_answer(fan_out(make, &in_flight(7), &calls(&mock, 30)));
    assert_eq!(mock.stats().peak_in_flight, 7);
}

#[rstest]
fn one_call_s_failure_never_hides_another_s_answer(#[values(ONE, MANY)] make: Make) {
    let mock = mock(LATENCY);
    let mut calls = calls(&mock, 6);
    calls[1].address = TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("an address");
    calls[2].path = "/echo/2?latency_ms=60000".into();
    calls[2].timeout = LATENCY / 4;
    calls[3].timeout = Duration::ZERO;
    calls[4].path = "/two\r\nlines".into();
    calls[5].timeout = Duration::MAX;
    let outcomes = fan_out(make, &Run::default(), &calls);
    assert_eq!(outcomes[1], Err(Failure::ConnectRefused));
    assert_eq!(outcomes[2], Err(Failure::TimedOut));
    assert_eq!(outcomes[3], Err(Failure::TimedOut));
    assert!(matches!(outcomes[4], Err(Failure::Unsendable(_))));
    assert!(outcomes[0].is_ok() && outcomes[5].is_ok());
}

#[rstest]
fn a_deadline_is_one_for_the_whole_call_and_never_early(#[values(ONE, MANY)] make: Make) {
    let mock = mock(Duration::from_secs(60));
    let mut calls = calls(&mock, 50);
    for (index, call) in calls.iter_mut().enumerate() {
        call.timeout = Duration::from_micros(20_000 + 333 * index as u64);
    }
    let run = Run { trace: Trace::on(), ..Run::default() };
    assert!(fan_out(make, &run, &calls).iter().all(|outcome| *outcome == Err(Failure::TimedOut)));
    let marks = run.trace.marks();
    for (index, call) in calls.iter().enumerate() {
        let at = |wanted| marks.iter().find(|mark| (mark.call, mark.milestone) == (index, wanted));
        let [start, end] =
            [Milestone::Started, Milestone::Finished].map(|milestone| at(milestone).expect("a mark").at);
        assert!(end - start >= call.timeout, "{:?} for {:?}", end - start, call.timeout);
    }
}

#[rstest]
fn a_cancelled_run_ends_at_once(#[values(ONE, MANY)] make: Make) {
    let mock = mock(Duration::from_secs(60));
    let run = Run { cancel: Cancel::new().expect("descriptors"), trace: Trace::on(), ..in_flight(20) };
    let start = Instant::now();
    let outcomes = thread::scope(|scope| {
        scope.spawn(|| cancel_soon(&run, &mock, 20));
        fan_out(make, &run, &calls(&mock, 50))
    });
    assert!(start.elapsed() < Duration::from_secs(5));
    assert!(outcomes.iter().all(|outcome| *outcome == Err(Failure::Cancelled)));
    assert!(mock.wait_for(PLENTY, |stats| stats.aborted == 20 && stats.open_connections == 0));
    let finished = |mark: &&Mark| mark.milestone == Milestone::Finished;
    assert_eq!(run.trace.marks().iter().filter(finished).count(), 20);
}

#[rstest]
fn a_run_that_is_cancelled_already_makes_no_call(#[values(ONE, MANY)] make: Make) {
    let mock = mock(LATENCY);
    let run = Run { cancel: Cancel::new().expect("descriptors"), ..Run::default() };
    run.cancel.cancel();
    assert!(fan_out(make, &run, &calls(&mock, 5)).iter().all(|outcome| *outcome == Err(Failure::Cancelled)));
    assert_eq!(diamond(make, &run, &plan(&mock)), Err(Failure::Cancelled));
    assert_eq!(mock.stats().accepted, 0);
}

#[rstest]
fn a_panic_in_the_work_of_one_call_costs_that_call_alone(#[values(ONE, MANY)] make: Make) {
    fn number_in(reply: &Reply) -> u64 {
        let text = String::from_utf8_lossy(&reply.body);
        assert_ne!(text, "3", "told to panic");
        text.parse().expect("a number")
    }
    let mock = mock(LATENCY);
    let run = Run { work: Work::Function(number_in), ..Run::default() };
    for (id, outcome) in fan_out(make, &run, &calls(&mock, 6)).into_iter().enumerate() {
        match outcome {
            Ok(reply) => assert_eq!(reply.worked, Some(id as u64)),
            failed => assert_eq!((id, failed), (3, Err(Failure::WorkPanicked))),
        }
    }
}

#[rstest]
fn a_diamond_is_three_waits_long(#[values(ONE, MANY)] make: Make) {
    // Long enough to tell three from five on a busy machine.
    let latency = LATENCY * 5;
    let mock = mock(latency);
    let start = Instant::now();
    let outcome = diamond(make, &Run::default(), &plan(&mock));
    assert_eq!(outcome.expect("a reply").body, DIAMOND_COMPLETE.as_bytes());
    assert!(start.elapsed() >= latency * 3 && start.elapsed() < latency * 5, "{:?}", start.elapsed());
    assert_eq!((mock.stats().requests, mock.stats().peak_in_flight), (5, 3));
}

#[rstest]
fn a_diamond_keeps_to_the_limit_too(#[values(ONE, MANY)] make: Make, #[values(1, 2)] limit: usize) {
    let mock = mock(LATENCY);
    let outcome = diamond(make, &in_flight(limit), &plan(&mock));
    assert_eq!(outcome.expect("a reply").body, DIAMOND_COMPLETE.as_bytes());
    assert_eq!(mock.stats().peak_in_flight, limit as u64);
}

#[rstest]
fn a_cancelled_diamond_ends_at_once(#[values(ONE, MANY)] make: Make) {
    let mock = mock(Duration::from_secs(60));
    let run = Run { cancel: Cancel::new().expect("descriptors"), ..Run::default() };
    let outcome = thread::scope(|scope| {
        scope.spawn(|| cancel_soon(&run, &mock, 1));
        diamond(make, &run, &plan(&mock))
    });
    assert_eq!(outcome, Err(Failure::Cancelled));
    assert!(mock.wait_for(PLENTY, |stats| stats.aborted == 1));
}

#[test]
fn milestones_come_in_order_for_each_call() {
    let mock = mock(LATENCY);
    let run = Run { trace: Trace::on(), ..Run::default() };
    assert_each_has_its_own_answer(fan_out(ONE, &run, &calls(&mock, 20)));
    let marks = run.trace.marks();
    for index in 0..20 {
        let of_this: Vec<&Mark> = marks.iter().filter(|mark| mark.call == index).collect();
        let milestones: Vec<Milestone> = of_this.iter().map(|mark| mark.milestone).collect();
        assert_eq!(
            milestones,
            [Milestone::Started, Milestone::Sent, Milestone::FirstByte, Milestone::Finished]
        );
        assert!(of_this[2].at - of_this[1].at >= LATENCY);
        assert!(of_this.iter().all(|mark| mark.thread == thread::current().id()));
    }
}
