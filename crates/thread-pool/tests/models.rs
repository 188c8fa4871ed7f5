//! Tests of threads, for all three models. The conformance suite has the requirements of all models.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::num::NonZeroUsize;
use std::thread;
use std::time::{Duration, Instant};

use downstream_call::{Call, Diamond, Failure, Mark, Milestone, Model, Outcome, Reply, Run, Trace, Work};
use downstream_mock::{Config, Mock};
use rstest::rstest;
use thread_pool::{Rayon, ThreadPerCall, ThreadPool};

const LATENCY: Duration = Duration::from_millis(40);
const PLENTY: Duration = Duration::from_secs(10);

/// Makes a model, with this number of workers if it has workers.
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

/// Starts a downstream that answers each path with `answer`, and returns its URL.
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
fn no_more_calls_than_workers_are_in_flight(#[values(thread_pool, rayon)] make: Make) {
    let mock = mock();
    let calls = calls(&mock, 20);
    assert_each_has_its_own_answer(make(number(4)).fan_out(&Run::default(), &calls).expect("a run"));
    assert_eq!(mock.stats().peak_in_flight, 4);
}

#[test]
fn both_pools_have_32_workers_by_default() {
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
fn work_is_done_by_the_thread_that_waited(#[values(thread_per_call, thread_pool, rayon)] make: Make) {
    fn number_in(reply: &Reply) -> u64 {
        let text = String::from_utf8_lossy(&reply.body);
        assert_ne!(text, "3", "reply 3 panics");
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
    run.trace.mark(0, Milestone::Started);
    let here = run.trace.marks().pop().expect("a mark").thread;
    assert!(marks.iter().all(|mark| mark.thread != here));
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
    // rayon may begin with any of B, C and D, so each of them fails.
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
