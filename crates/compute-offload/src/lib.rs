//! One event loop for waiting, rayon for computing.
//!
//! *How it waits*: as `async-await` does on one thread, whose code makes the calls. The work with each reply goes to a
//! pool with one thread for each core, and the call's task waits for the result as it waits for a socket.
//!
//! *What to notice*: a loop that computes does not notice sockets meanwhile. With 40 ms of work for each of twenty
//! replies, the last one is ready after 800 ms, although it arrived with the first. Here the loop stays free, and the
//! work uses every core. A call counts as in flight until its work is done, so the run's limit is backpressure: it also
//! bounds the queue of the pool.
//!
//! *What is deliberately missing*: work that stays on the loop. Passing it to the pool costs some microseconds, so
//! shorter work is better done on the loop.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;

use downstream_call::{Call, Cancel, Diamond, Failure, Model, Outcome, Run, Work};
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

    /// As `new`, with `count` computing threads.
    ///
    /// # Errors
    /// No descriptor or no thread was left.
    pub fn with_workers(count: NonZeroUsize) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let pool = ThreadPoolBuilder::new().num_threads(count.get()).build();
        // A thread that does not start is the only reason (EAGAIN, clone(2)).
        let pool = pool.map_err(|error| io::Error::new(io::ErrorKind::WouldBlock, error))?;
        Ok(Self { runtime, pool: Arc::new(pool) })
    }

    fn offload(&self, run: &Run) -> Offload {
        Offload { pool: Arc::clone(&self.pool), computing: computing_only(run) }
    }
}

impl Model for ComputeOffload {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        let offload = Arc::new(self.offload(run));
        let one = |waiting: Arc<Run>, index, call: Call| {
            let offload = Arc::clone(&offload);
            async move { offload.call(&waiting, index, &call).await }
        };
        Ok(self.runtime.block_on(async_await::fan_out(&waiting_only(run), calls, one)))
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        let offload = self.offload(run);
        self.runtime.block_on(async {
            tokio::select! {
                outcome = offload.steps(run, plan) => Ok(outcome),
                () = async_await::cancelled(&run.cancel) => Ok(Err(Failure::Cancelled)),
            }
        })
    }
}

/// The same run with nothing to compute: the loop's part of it.
fn waiting_only(run: &Run) -> Run {
    Run { work: Work::None, ..run.clone() }
}

/// The same run for the pool, which computes also after the run was cancelled: it keeps no socket of the run.
fn computing_only(run: &Run) -> Run {
    Run { cancel: Cancel::never(), ..run.clone() }
}

/// The pool, and the work it does with each reply of a run.
struct Offload {
    pool: Arc<ThreadPool>,
    computing: Run,
}

impl Offload {
    /// Waits for the reply on the loop, then for the work with it on the pool.
    async fn call(&self, waiting: &Run, index: usize, call: &Call) -> Outcome {
        let outcome = async_await::call(waiting, index, call).await;
        if outcome.is_err() || matches!(self.computing.work, Work::None) {
            return outcome;
        }
        let (done, result) = oneshot::channel();
        let computing = self.computing.clone();
        // When the run is cancelled the receiver is gone, but the pool still does the work.
        self.pool.spawn(move || _ = done.send(computing.work_on(index, outcome)));
        result.await.unwrap_or(Err(Failure::Lost))
    }

    async fn steps(&self, run: &Run, plan: &Diamond) -> Outcome {
        let waiting = waiting_only(run);
        let permits = Semaphore::new(run.in_flight.get().min(3));
        let step = async |index, call: &Call| {
            let _permit = permits.acquire().await;
            self.call(&waiting, index, call).await
        };
        let a = step(0, &plan.a()).await?;
        let [b, c, d] = plan.b_c_d(&a)?;
        let (b, c, d) = tokio::try_join!(step(1, &b), step(2, &c), step(3, &d))?;
        let e = step(4, &plan.e(&[b, c, d])?).await?;
        plan.end(e)
    }
}
