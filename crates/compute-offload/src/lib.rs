//! One event loop for waiting, rayon for computing: each does what it is made for.
//!
//! *How it waits*: as `async-await` does on one thread, whose calls these are. When a reply is there, the work with it
//! goes to a pool of one thread a core, and the call's task waits for the result as it would for a socket.
//!
//! *What to notice*: a loop that computes where it waits is deaf meanwhile. Twenty replies of 40 ms of work each keep
//! the last one waiting for 800 ms, though it arrived with the first, and a thread that sleeps in a loop would do no
//! better. Here the loop stays free, and the work takes as many cores as there are. A call counts as in flight until
//! its work is done, so that the run's limit is backpressure: it bounds the queue before the pool as well.
//!
//! *What is deliberately missing*: sending small work back to the loop. Handing over costs some microseconds, so work
//! that is shorter than that is better done where the reply is.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;

use downstream_call::{Call, Diamond, Failure, Model, Outcome, Run, Work};
use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, oneshot};

/// Waits on the caller's thread, and computes on a pool.
#[derive(Debug)]
pub struct ComputeOffload {
    runtime: Runtime,
    pool: Arc<ThreadPool>,
}

impl ComputeOffload {
    /// A runtime on the caller's thread, and a computing thread for each core.
    ///
    /// # Errors
    /// No descriptor or no thread was left.
    pub fn new() -> io::Result<Self> {
        Self::with_workers(std::thread::available_parallelism()?)
    }

    /// As `new`, with so many computing threads.
    ///
    /// # Errors
    /// No descriptor or no thread was left.
    pub fn with_workers(count: NonZeroUsize) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let pool = ThreadPoolBuilder::new().num_threads(count.get()).build().map_err(io::Error::other)?;
        Ok(Self { runtime, pool: Arc::new(pool) })
    }
}

impl Model for ComputeOffload {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        let call = |waiting: Arc<Run>, index, call: Call| {
            let (pool, work) = (Arc::clone(&self.pool), run.work);
            async move { make(&waiting, &pool, work, (index, &call)).await }
        };
        self.runtime.block_on(async_await::fan_out(&waiting_only(run), calls, call))
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        self.runtime.block_on(async {
            tokio::select! {
                outcome = steps(run, &self.pool, plan) => Ok(outcome),
                cancelled = async_await::cancelled(&run.cancel) => cancelled.map(|()| Err(Failure::Cancelled)),
            }
        })
    }
}

/// The same run with nothing to compute: what the loop is asked for.
fn waiting_only(run: &Run) -> Run {
    Run { work: Work::None, ..run.clone() }
}

/// Waits for the reply on the loop, then for the work with it on the pool.
async fn make(waiting: &Run, pool: &ThreadPool, work: Work, (index, call): (usize, &Call)) -> Outcome {
    let outcome = async_await::make(waiting, index, call).await;
    if outcome.is_err() || matches!(work, Work::None) {
        return outcome;
    }
    let (done, result) = oneshot::channel();
    // Nobody listens any more once the run is cancelled; the work is done all the same, for nothing.
    pool.spawn(move || _ = done.send(work.on(outcome)));
    result.await.unwrap_or(Err(Failure::Lost))
}

async fn steps(run: &Run, pool: &ThreadPool, plan: &Diamond) -> Outcome {
    let waiting = waiting_only(run);
    let permits = Semaphore::new(run.in_flight.get().min(3));
    let step = async |index, call: &Call| {
        let _permit = permits.acquire().await;
        make(&waiting, pool, run.work, (index, call)).await
    };
    let a = step(0, &plan.a()).await?;
    let [b, c, d] = plan.b_c_d(&a)?;
    let (b, c, d) = tokio::try_join!(step(1, &b), step(2, &c), step(3, &d))?;
    let e = step(4, &plan.e(&[b, c, d])?).await?;
    plan.end(e)
}
