//! Twenty requests, each 60 ms of waiting and 40 ms of computing: how long does each one take?
//!
//! *What to notice*: on a loop that computes, all twenty requests start at once, and each waits for the work of all
//! before it. If the work goes to a pool, they wait for a free core, but the loop stays free. A limit on requests in
//! flight moves the queue: requests wait before they start, and not after. The run takes a little longer, but each
//! request ends soon after its start. That is backpressure, and what a caller with a deadline needs.
//!
//! The last column is the reason, and no clock is needed for it: for the work of how many requests, its own included, did the
//! slowest one have to wait? Times depend on who else wants the cores; the program says so if the pool did not get them.
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

/// What came of one run.
struct Shown {
    took: Duration,
    /// For the work of how many requests the slowest one waited.
    works_waited_for: usize,
}

/// Shows all three, and checks what they are to show.
pub(crate) fn main() -> std::io::Result<()> {
    println!("{REQUESTS} requests, {WAITING:?} of waiting and {COMPUTING:?} of computing each\n");
    let columns = ["shortest", "median", "longest", "run", "works"].map(|column| format!("{column:>9}"));
    println!("{:34} {}", "", columns.join(" "));
    let looped = show("a loop that computes", &mut AsyncAwait::one_thread()?, REQUESTS)?;
    let unlimited = show("handed over, all at once", &mut ComputeOffload::new()?, REQUESTS)?;
    let limited = show("handed over, 4 in flight", &mut ComputeOffload::new()?, 4)?;
    let took = unlimited.took;
    let works = [looped, unlimited, limited].map(|shown| shown.works_waited_for);
    println!("\nworks: for the work of how many requests the slowest one waited, its own included");
    if let Some(warning) = busy(took, std::thread::available_parallelism()?) {
        println!("\n{warning}");
    }
    assert!(works[..2] == [REQUESTS; 2] && works[2] < REQUESTS, "the slowest waited for {works:?} works");
    Ok(())
}

/// What to know about a run that was handed over, if the pool got much less than its cores.
pub(crate) fn busy(took: Duration, cores: NonZeroUsize) -> Option<String> {
    let cores = cores.get().min(REQUESTS) as f64;
    let computing = COMPUTING * REQUESTS as u32;
    let had = computing.as_secs_f64() / took.saturating_sub(WAITING).as_secs_f64();
    (had < 0.75 * cores).then(|| {
        format!(
            "this machine is busy: the pool had {had:.1} of {cores} cores, and its times show that as well"
        )
    })
}

/// Runs the requests, and shows how long each took from its start to the end of its work.
fn show(name: &str, model: &mut dyn Model, in_flight: usize) -> std::io::Result<Shown> {
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
    let requests = requests(&run.trace);
    let mut latencies: Vec<_> = requests.iter().map(|[started, done]| *done - *started).collect();
    latencies.sort();
    let shown = [latencies[0], latencies[REQUESTS / 2], latencies[REQUESTS - 1], took];
    let shown = shown.map(|time| format!("{:6} ms", time.as_millis())).join(" ");
    let works_waited_for = works_waited_for(&requests);
    println!("{name:34} {shown} {works_waited_for:9}");
    Ok(Shown { took, works_waited_for })
}

/// The most works that were done between the start of a request and the end of its own.
fn works_waited_for(requests: &[[Instant; 2]]) -> usize {
    let waited = requests.iter().map(|[started, done]| {
        requests.iter().filter(|[_, other]| (started..=done).contains(&other)).count()
    });
    waited.max().unwrap_or(0)
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

/// When each request started, and when its work was done.
fn requests(trace: &Trace) -> Vec<[Instant; 2]> {
    let done = DONE.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
    let started = trace.marks().into_iter().filter(|mark| mark.milestone == Milestone::Started);
    started.map(|mark| [mark.at, done[&mark.call]]).collect()
}
