//! What threads promise by themselves, three models alike; what all models promise is in the harness's conformance
//! suite.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::num::NonZeroUsize;
use std::thread;
use std::time::{Duration, Instant};

use downstream_call::{
    Call, Cancel, Diamond, Failure, Mark, Milestone, Model, Outcome, Reply, Run, Trace, Work,
};
use downstream_mock::{Config, DIAMOND_COMPLETE, Mock};
use rstest::rstest;
use thread_pool::{Rayon, ThreadPerCall, ThreadPool};

const LATENCY: Duration = Duration::from_millis(40);
const PLENTY: Duration = Duration::from_secs(10);

/// Makes a model, with so many workers where it has any.
type Make = fn(NonZeroUsize) -> Box<dyn Model>;

fn thread_per_call(_: NonZeroUsize) -> Box<dyn Model> {
    Box::new(ThreadPerCall::new().expect("a model"))
}

fn thread_pool(workers: NonZeroUsize) -> Box<dyn Model> {
    Box::new(ThreadPool::with_workers(workers).expect("threads"))
}

fn rayon(workers: NonZeroUsize) -> Box<dyn Model> {
    Box::new(Rayon::with_workers(workers).expect("threads"))
}

fn number(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).expect("not zero")
}

fn mock() -> Mock {
    mock_with(LATENCY)
}

fn mock_with(latency: Duration) -> Mock {
    Mock::start(Config { latency, ..Config::default() }).expect("a mock")
}

fn calls(mock: &Mock, count: usize) -> Vec<Call> {
    let call = |id| Call::get(&format!("{}/echo/{id}", mock.url()), PLENTY).expect("a call");
    (0..count).map(call).collect()
}

fn diamond(base: &str) -> Diamond {
    Diamond::new(Call::get(&format!("{base}/diamond"), PLENTY).expect("a call"))
}

fn in_flight(count: usize) -> Run {
    Run { in_flight: number(count), ..Run::default() }
}

fn assert_each_has_its_own_answer(outcomes: Vec<Outcome>) {
    for (id, outcome) in outcomes.into_iter().enumerate() {
        assert_eq!(outcome.expect("a reply").body, id.to_string().into_bytes());
    }
}

/// A downstream of this test's own: the answer to a path. Returns its URL.
fn downstream(answer: fn(&str) -> &'static [u8]) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut request = [0; 1024];
            let length = stream.read(&mut request).expect("a request");
            let request = String::from_utf8_lossy(&request[..length]).into_owned();
            stream.write_all(answer(request.split(' ').nth(1).expect("a path"))).expect("a peer");
            _ = stream.shutdown(Shutdown::Both);
        }
    });
    url
}

#[rstest]
fn every_call_waits_at_the_same_time(#[values(thread_per_call, thread_pool, rayon)] make: Make) {
    let mock = mock();
    let calls = calls(&mock, 40);
    assert_each_has_its_own_answer(make(number(40)).fan_out(&Run::default(), &calls).expect("a run"));
    assert_eq!((mock.stats().peak_in_flight, mock.stats().requests), (40, 40));
}

#[rstest]
fn no_more_calls_than_allowed_are_in_flight(#[values(thread_per_call, thread_pool, rayon)] make: Make) {
    let mock = mock();
    let calls = calls(&mock, 30);
    assert_each_has_its_own_answer(make(number(32)).fan_out(&in_flight(7), &calls).expect("a run"));
    assert_eq!(mock.stats().peak_in_flight, 7);
}

#[rstest]
fn no_more_calls_than_workers_are_in_flight(#[values(thread_pool, rayon)] make: Make) {
    let mock = mock();
    let calls = calls(&mock, 20);
    assert_each_has_its_own_answer(make(number(4)).fan_out(&Run::default(), &calls).expect("a run"));
    assert_eq!(mock.stats().peak_in_flight, 4);
}

#[test]
fn both_pools_have_32_workers_unless_told_otherwise() {
    let models: [Box<dyn Model>; 2] =
        [Box::new(ThreadPool::new().expect("threads")), Box::new(Rayon::new().expect("threads"))];
    for mut model in models {
        let mock = mock();
        let start = Instant::now();
        assert_each_has_its_own_answer(model.fan_out(&Run::default(), &calls(&mock, 100)).expect("a run"));
        assert_eq!(mock.stats().peak_in_flight, 32);
        assert!(start.elapsed() >= 4 * LATENCY, "100 calls by 32 workers take four rounds");
    }
}

#[rstest]
fn one_call_s_failure_never_hides_another_s_answer(
    #[values(thread_per_call, thread_pool, rayon)] make: Make,
) {
    let mock = mock();
    let mut calls = calls(&mock, 6);
    let free = TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("an address");
    calls[1].address = free;
    calls[2].path = "/echo/2?latency_ms=60000".into();
    calls[2].timeout = LATENCY / 4;
    calls[3].timeout = Duration::ZERO;
    calls[4].path = "/two\r\nlines".into();
    let outcomes = make(number(8)).fan_out(&Run::default(), &calls).expect("a run");
    assert_eq!(outcomes[1], Err(Failure::ConnectRefused));
    assert_eq!(outcomes[2], Err(Failure::TimedOut));
    assert_eq!(outcomes[3], Err(Failure::TimedOut));
    assert!(matches!(outcomes[4], Err(Failure::Unsendable(_))));
    assert!(outcomes[0].is_ok() && outcomes[5].is_ok());
}

#[rstest]
fn a_cancelled_run_starts_no_further_call(#[values(thread_per_call, thread_pool, rayon)] make: Make) {
    let mock = mock();
    let run = Run { cancel: Cancel::new().expect("descriptors"), ..in_flight(3) };
    let outcomes = thread::scope(|scope| {
        scope.spawn(|| {
            assert!(mock.wait_for(PLENTY, |stats| stats.requests == 3));
            run.cancel.cancel();
        });
        make(number(3)).fan_out(&run, &calls(&mock, 50)).expect("a run")
    });
    // Calls in flight are not interrupted: their answers count.
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 3);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err(Failure::Cancelled)).count(), 47);
    assert_eq!(mock.stats().requests, 3);
}

#[rstest]
fn work_is_done_by_the_thread_that_waited(#[values(thread_per_call, thread_pool, rayon)] make: Make) {
    fn number_in(reply: &Reply) -> u64 {
        let text = String::from_utf8_lossy(&reply.body);
        assert_ne!(text, "3", "told to panic");
        text.parse().expect("a number")
    }
    let mock = mock();
    let (work, trace) = (Work::Function(number_in), Trace::on());
    let run = Run { work, trace, ..Run::default() };
    let outcomes = make(number(8)).fan_out(&run, &calls(&mock, 6)).expect("a run");
    for (id, outcome) in outcomes.into_iter().enumerate() {
        match outcome {
            Ok(reply) => assert_eq!(reply.worked, Some(id as u64)),
            failed => assert_eq!((id, failed), (3, Err(Failure::WorkPanicked))),
        }
    }
    let marks = run.trace.marks();
    for milestone in [Milestone::Started, Milestone::Sent, Milestone::FirstByte, Milestone::Finished] {
        assert_eq!(marks.iter().filter(|mark| mark.milestone == milestone).count(), 6, "{milestone:?}");
    }
    assert!(marks.iter().all(|mark| mark.thread != thread::current().id()));
}

#[rstest]
fn a_diamond_is_three_waits_long(#[values(thread_per_call, thread_pool, rayon)] make: Make) {
    // Long enough to tell three from five on a busy machine.
    let latency = LATENCY * 5;
    let mock = mock_with(latency);
    let start = Instant::now();
    let outcome = make(number(4)).diamond(&Run::default(), &diamond(&mock.url())).expect("a run");
    assert_eq!(outcome.expect("a reply").body, DIAMOND_COMPLETE.as_bytes());
    assert!(start.elapsed() >= latency * 3 && start.elapsed() < latency * 5, "{:?}", start.elapsed());
    assert_eq!((mock.stats().requests, mock.stats().peak_in_flight), (5, 3));
}

#[rstest]
fn a_diamond_keeps_to_the_limit_too(
    #[values(thread_per_call, thread_pool, rayon)] make: Make,
    #[values(1, 2)] limit: usize,
) {
    let mock = mock();
    let outcome = make(number(4)).diamond(&in_flight(limit), &diamond(&mock.url())).expect("a run");
    assert_eq!(outcome.expect("a reply").body, DIAMOND_COMPLETE.as_bytes());
    assert_eq!(mock.stats().peak_in_flight, limit as u64);
}

#[rstest]
#[case::one_call_in_flight(thread_per_call, 8, 1)]
#[case::one_call_in_flight(thread_pool, 8, 1)]
#[case::one_call_in_flight(rayon, 8, 1)]
#[case::one_worker(thread_pool, 1, 8)]
#[case::one_worker(rayon, 1, 8)]
fn a_diamond_that_failed_starts_no_further_step(
    #[case] make: Make,
    #[case] workers: usize,
    #[case] limit: usize,
) {
    // rayon may begin with any of B, C and D; whichever it is, it fails.
    let url = downstream(|path| match path {
        "/diamond/a" => b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
        _ => b"nonsense\r\n\r\n",
    });
    let run = Run { trace: Trace::on(), ..in_flight(limit) };
    let outcome = make(number(workers)).diamond(&run, &diamond(&url)).expect("a run");
    assert!(matches!(outcome, Err(Failure::Malformed(_))), "{outcome:?}");
    let started = |mark: &&Mark| mark.milestone == Milestone::Started;
    assert_eq!(run.trace.marks().iter().filter(started).count(), 2, "A, and one more");
}

#[rstest]
fn a_diamond_s_wrong_status_is_its_outcome(#[values(thread_per_call, thread_pool, rayon)] make: Make) {
    let url = downstream(|_| b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
    let outcome = make(number(4)).diamond(&Run::default(), &diamond(&url)).expect("a run");
    assert_eq!(outcome, Err(Failure::UnexpectedStatus(503)));
}
