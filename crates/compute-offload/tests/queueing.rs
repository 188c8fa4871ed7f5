//! Twenty replies that all need the CPU: what they wait for depends on the thread that computes, and on the limit in
//! flight.
//!
//! Times are compared with each other, never with a clock: the tests assert the order of events in a trace.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use async_await::AsyncAwait;
use compute_offload::ComputeOffload;
use downstream_call::{Call, Milestone, Model, Run, Trace, Work};
use downstream_mock::{Config, Mock};

const LATENCY: Duration = Duration::from_millis(60);
const WORK: Duration = Duration::from_millis(20);
const CALLS: usize = 20;

/// When each call's first byte was read, and when its run ended, since the run's start.
fn trace(model: &mut dyn Model, in_flight: usize) -> (Vec<Duration>, Duration, u64) {
    let mock = Mock::start(Config { latency: LATENCY, ..Config::default() }).expect("a mock");
    let call = |id| Call::get(&format!("{}/echo/{id}", mock.url()), Duration::from_secs(30)).expect("a call");
    let calls: Vec<_> = (0..CALLS).map(call).collect();
    let in_flight = NonZeroUsize::new(in_flight).expect("a limit");
    let run = Run { in_flight, work: Work::CpuTime(WORK), trace: Trace::on(), ..Run::default() };
    let start = Instant::now();
    let outcomes = model.fan_out(&run, &calls).expect("a run");
    let took = start.elapsed();
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().is_ok_and(|reply| reply.worked.is_some())));
    let marks = run.trace.marks();
    let read = marks.iter().filter(|mark| mark.milestone == Milestone::FirstByte);
    (read.map(|mark| mark.at - start).collect(), took, mock.stats().peak_in_flight)
}

/// From the first reply that is read to the last.
fn spread(read: &[Duration]) -> Duration {
    *read.iter().max().expect("a reply") - *read.iter().min().expect("a reply")
}

#[test]
fn a_loop_that_computes_reads_the_last_reply_after_all_the_work_before_it() {
    let (read, _, _) = trace(&mut AsyncAwait::one_thread().expect("a model"), CALLS);
    assert!(spread(&read) >= WORK * (CALLS as u32 - 2), "read within {:?}", spread(&read));
}

#[test]
fn a_loop_that_hands_work_over_reads_every_reply_while_the_first_are_computed() {
    let (read, took, _) = trace(&mut ComputeOffload::new().expect("a model"), CALLS);
    let computing = took - LATENCY;
    assert!(spread(&read) < computing / 2, "read within {:?}, computed for {computing:?}", spread(&read));
}

#[test]
fn a_limit_of_calls_in_flight_keeps_the_queue_before_the_pool_short() {
    let mut model = ComputeOffload::new().expect("a model");
    let (_, _, peak) = trace(&mut model, 4);
    assert_eq!(peak, 4);
}
