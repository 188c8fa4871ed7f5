//! A test of busy polling. The conformance suite has the requirements of all models.

use std::time::{Duration, Instant};

use busy_poll::BusyPoll;
use cpu_time::ThreadTime;
use downstream_call::{Call, Model, Outcome, Run};
use downstream_mock::{Config, Mock};

const PLENTY: Duration = Duration::from_secs(10);

fn mock(latency: Duration) -> Mock {
    Mock::start(Config { latency, ..Config::default() }).expect("a mock")
}

fn calls(mock: &Mock, count: usize) -> Vec<Call> {
    let call = |id| Call::get(&format!("{}/echo/{id}", mock.url()), PLENTY).expect("a call");
    (0..count).map(call).collect()
}

fn fan_out(run: &Run, calls: &[Call]) -> Vec<Outcome> {
    BusyPoll::new().expect("a model").fan_out(run, calls).expect("a run")
}

fn assert_each_has_its_own_answer(outcomes: Vec<Outcome>) {
    for (id, outcome) in outcomes.into_iter().enumerate() {
        assert_eq!(outcome.expect("a reply").body, id.to_string().into_bytes());
    }
}

/// The time that this thread was ready to run while another thread had its core (proc_pid_schedstat(5)).
fn queued() -> Duration {
    let schedstat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = schedstat.split_whitespace().nth(1).and_then(|number| number.parse().ok());
    nanoseconds.map_or(Duration::ZERO, Duration::from_nanos)
}

#[test]
fn waiting_uses_the_whole_core() {
    let mock = mock(Duration::from_millis(400));
    let calls = calls(&mock, 2);
    let (wall, cpu, queue) = (Instant::now(), ThreadTime::now(), queued());
    let outcomes = fan_out(&Run::default(), &calls);
    let awake = cpu.elapsed() + (queued() - queue);
    let wall = wall.elapsed();
    assert_each_has_its_own_answer(outcomes);
    assert!(awake > wall.mul_f64(0.9), "awake for {awake:?} of {wall:?}");
}
