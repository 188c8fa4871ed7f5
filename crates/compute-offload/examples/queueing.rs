//! Twenty requests, each 60 ms of waiting and 40 ms of computing: how long does each one take?
//!
//! *What to notice*: on a loop that computes, all twenty requests start at once, and each waits for the work of all
//! before it. If the work goes to a pool, they wait for a free core, but the loop stays free. A limit on requests in
//! flight moves the queue: requests wait before they start, and not after. The run takes a little longer, but each
//! request ends soon after its start. That is backpressure, and what a caller with a deadline needs.
//!
//! `cargo run --release -p compute-offload --example queueing`

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_await::AsyncAwait;
use compute_offload::ComputeOffload;
use downstream_call::{Call, Milestone, Model, Reply, Run, Trace, Work};
use downstream_mock::{Config, Mock};

const REQUESTS: usize = 20;
const WAITING: Duration = Duration::from_millis(60);
const COMPUTING: Duration = Duration::from_millis(40);

/// Shows all three, and checks what they are to show.
pub(crate) fn main() -> std::io::Result<()> {
    println!("{REQUESTS} requests, {WAITING:?} of waiting and {COMPUTING:?} of computing each\n");
    println!("{:34} {:>9} {:>9} {:>9} {:>9}", "", "shortest", "median", "longest", "run");
    show("a loop that computes", &mut AsyncAwait::one_thread()?, REQUESTS)?;
    let unlimited = show("handed over, all at once", &mut ComputeOffload::new()?, REQUESTS)?;
    let limited = show("handed over, 4 in flight", &mut ComputeOffload::new()?, 4)?;
    assert!(limited < unlimited, "a request that may start late is done soon: {limited} ms, {unlimited} ms");
    Ok(())
}

/// Runs the requests, and shows how long each took from its start to the end of its work; the longest, in milliseconds.
fn show(name: &str, model: &mut dyn Model, in_flight: usize) -> std::io::Result<u128> {
    let mock = Mock::start(Config { latency: WAITING, ..Config::default() })?;
    let url = |id| format!("{}/echo/{id}", mock.url());
    let call = |id| Call::get(&url(id), Duration::from_secs(30)).expect("the mock's own URL");
    let calls: Vec<_> = (0..REQUESTS).map(call).collect();
    let in_flight = NonZeroUsize::new(in_flight).expect("a limit above zero");
    let run = Run { in_flight, work: Work::Function(compute), trace: Trace::on(), ..Run::default() };
    let start = Instant::now();
    let outcomes = model.fan_out(&run, &calls)?;
    let took = start.elapsed();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let mut latencies = latencies(&run.trace);
    latencies.sort();
    let (shortest, median, longest) = (latencies[0], latencies[REQUESTS / 2], latencies[REQUESTS - 1]);
    let [shortest, median, longest, took] = [shortest, median, longest, took].map(|time| time.as_millis());
    println!("{name:34} {shortest:6} ms {median:6} ms {longest:6} ms {took:6} ms");
    Ok(longest)
}

/// When the work with each reply was done, by the number in its body.
static DONE: Mutex<Option<HashMap<usize, Instant>>> = Mutex::new(None);

/// Computes for a while, and notes when that was over.
fn compute(reply: &Reply) -> u64 {
    let worked = Work::CpuTime(COMPUTING).on(Ok(reply.clone())).map_or(None, |reply| reply.worked);
    let id = String::from_utf8_lossy(&reply.body).parse().expect("the echo of a number");
    let mut done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
    done.get_or_insert_default().insert(id, Instant::now());
    worked.unwrap_or_default()
}

fn latencies(trace: &Trace) -> Vec<Duration> {
    let done = DONE.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
    let started = trace.marks().into_iter().filter(|mark| mark.milestone == Milestone::Started);
    started.map(|mark| done[&mark.call] - mark.at).collect()
}
