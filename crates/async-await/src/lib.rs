//! async and await on tokio and hyper, as most services in Rust use them.
//!
//! *How it waits*: in epoll (kqueue, IOCP), for all sockets at once, like `epoll-state-machine`. The compiler writes
//! what that model writes by hand: an `async fn` is a state machine, and each `.await` is a place where it may stop.
//! tokio polls the state machine whose socket is ready.
//!
//! *What to notice*: the call reads from top to bottom, as in `serial`, and the diamond is the shortest of all: `?` and
//! `try_join!`. Dropping a future ends its call at once: at a deadline, when the run is cancelled, or after another
//! step's failure. Threads that block cannot do that. The price is memory: each call is a task on the heap, with
//! hyper's connection and its buffers.
//!
//! *What is deliberately missing*: `Exchange`. This model reads answers with hyper, so that the parser of all other
//! models can be compared with it.

mod client;
mod failures;
mod threads;

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::thread::available_parallelism;

use downstream_call::{Call, Cancel, Diamond, Failure, FanOut, Model, Outcome, Run};
use tokio::runtime::{self, Runtime};
use tokio::sync::Semaphore;
use tokio::task::{Id, JoinSet};

pub use client::call;

/// Makes calls on a tokio runtime of its own.
#[derive(Debug)]
pub struct AsyncAwait {
    runtime: Runtime,
}

impl AsyncAwait {
    /// A runtime on the caller's thread, and on no other.
    ///
    /// # Errors
    /// No descriptor was left for its reactor.
    pub fn one_thread() -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        Ok(Self { runtime })
    }

    /// A runtime with one worker thread per core; the caller's thread only waits for them.
    ///
    /// # Errors
    /// No descriptor was left for its reactor, or no thread.
    pub fn many_threads() -> io::Result<Self> {
        Ok(Self { runtime: threads::build(available_parallelism()?.get())? })
    }
}

impl Model for AsyncAwait {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        let one = |run: Arc<Run>, index, of: Call| async move { call(&run, index, &of).await };
        Ok(self.runtime.block_on(fan_out(run, calls, one)))
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        self.runtime.block_on(async {
            tokio::select! {
                outcome = steps(run, plan) => Ok(outcome),
                () = cancelled(&run.cancel) => Ok(Err(Failure::Cancelled)),
            }
        })
    }
}

/// Makes every call with `one`: a task for each, and no task for a call that may not start yet. `compute-offload` is
/// built on it.
pub async fn fan_out<F>(run: &Run, calls: &[Call], one: impl Fn(Arc<Run>, usize, Call) -> F) -> Vec<Outcome>
where
    F: Future<Output = Outcome> + Send + 'static,
{
    // The compiler must assume that a task outlives this function, so a task borrows nothing.
    let shared = Arc::new(run.clone());
    let mut cancelled = pin!(cancelled(&run.cancel));
    let mut fan_out = FanOut::new(run, calls);
    let (mut tasks, mut ids) = (JoinSet::new(), Vec::<Id>::new());
    while !fan_out.is_cancelled() {
        // Admit: a task for each call that there is room for.
        while let Some((index, call)) = fan_out.admit() {
            let call = one(Arc::clone(&shared), index, call.clone());
            ids.push(tasks.spawn(async move { (index, call.await) }).id());
        }
        // Wait: until a call is over, or the run is cancelled.
        tokio::select! {
            biased;
            ended = tasks.join_next() => match ended {
                Some(Ok((index, outcome))) => fan_out.ended_after_work(index, outcome),
                // Scans every call: O(n). Only a bug leads here, because panics in the run's work are caught.
                Some(Err(panicked)) => ids.iter().position(|id| *id == panicked.id())
                    .into_iter().for_each(|index| fan_out.ended_after_work(index, Err(Failure::Lost))),
                None => break,
            },
            () = &mut cancelled => {}
        }
    }
    // Drops the futures of calls in flight, which closes their sockets.
    tasks.shutdown().await;
    fan_out.into_outcomes()
}

/// `try_join!` polls three calls in one task, and drops the others when one has failed.
async fn steps(run: &Run, plan: &Diamond) -> Outcome {
    let permits = Semaphore::new(run.in_flight.get().min(3));
    let step = async |index, call: &Call| {
        let _permit = permits.acquire().await;
        client::call(run, index, call).await
    };
    let a = step(0, &plan.a()).await?;
    let [b, c, d] = plan.b_c_d(&a)?;
    let (b, c, d) = tokio::try_join!(step(1, &b), step(2, &c), step(3, &d))?;
    let e = step(4, &plan.e(&[b, c, d])?).await?;
    plan.end(e)
}

#[cfg(not(unix))]
use tokio::net::TcpStream as CancelSocket;
#[cfg(unix)]
use tokio::net::UnixStream as CancelSocket;

/// Waits until the run is cancelled; for ever, if it cannot be cancelled. Where no descriptor is left to wait with, a
/// cancelled run is noticed when the next call ends.
pub async fn cancelled(cancel: &Cancel) {
    // A descriptor of its own, because tokio closes the one it is given.
    let socket = cancel.socket().and_then(|socket| CancelSocket::from_std(socket.try_clone().ok()?).ok());
    let is_readable = match socket {
        Some(socket) => socket.readable().await.is_ok(),
        None => false,
    };
    if !is_readable {
        std::future::pending::<()>().await;
    }
}
