//! rayon: a pool that was made for computing, asked to wait.
//!
//! *How it waits*: a worker sleeps inside its call. rayon does not know that: to it, a thread in `read` is busy.
//!
//! *What to notice*: fan-out is `par_iter().map().collect()` and keeps the order by itself; a diamond is two nested
//! `join`s. No model is shorter. The price is the pool's size. By default rayon starts one thread per core, because
//! more would only get in each other's way while they compute. While they wait, they do not: with that default two
//! cores have two calls in flight, and 100 calls of one second take 50. [`Rayon::new`] therefore starts 32 threads;
//! `--workers 2` shows the default of two cores.
//!
//! *What is deliberately missing*: work stealing doing any good. Calls that wait are all of one size, and whoever
//! steals one has to wait for it, too.

use std::io;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use downstream_call::{Call, Diamond, Failure, Model, Outcome, Run};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::{WORKERS, blocking};

/// Makes calls on rayon's threads, in a pool of its own.
#[derive(Debug)]
pub struct Rayon {
    /// `None` only while the model is dropped, which is what ends the workers.
    pool: Option<rayon::ThreadPool>,
    workers: Vec<JoinHandle<()>>,
}

impl Rayon {
    /// A pool of 32 workers, as many as [`ThreadPool`](crate::ThreadPool) has, so that the two can be compared.
    ///
    /// # Errors
    /// The system gave fewer threads.
    pub fn new() -> io::Result<Self> {
        Self::with_workers(WORKERS)
    }

    /// A pool of so many workers, all started now.
    ///
    /// # Errors
    /// The system gave fewer threads.
    pub fn with_workers(workers: NonZeroUsize) -> io::Result<Self> {
        let mut handles = Vec::new();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(workers.get())
            // rayon would start them just as well, but lets nobody wait for their end.
            .spawn_handler(|worker| {
                let thread = thread::Builder::new().name("rayon".into());
                handles.push(thread.spawn(|| worker.run())?);
                Ok(())
            })
            .build()
            .map_err(io::Error::other)?;
        Ok(Self { pool: Some(pool), workers: handles })
    }

    /// Does something on the pool, which makes it the pool of all that happens inside.
    fn within<T: Send>(&self, inside: impl FnOnce() -> T + Send) -> T {
        self.pool.as_ref().expect("the pool is there until the model is dropped").install(inside)
    }

    fn steps(&self, run: &Run, plan: &Diamond) -> Outcome {
        let permits = Permits::new(run.in_flight);
        let failed = AtomicBool::new(false);
        let step = |index, call: &Call| {
            let _permit = permits.acquire();
            if failed.load(Ordering::Acquire) {
                return Err(Failure::Cancelled);
            }
            let outcome = blocking::make(run, index, call);
            failed.fetch_or(outcome.is_err(), Ordering::AcqRel);
            outcome
        };
        self.within(|| {
            let a = step(0, &plan.a())?;
            let [b, c, d] = plan.b_c_d(&a)?;
            let (b, (c, d)) = rayon::join(|| step(1, &b), || rayon::join(|| step(2, &c), || step(3, &d)));
            let e = step(4, &plan.e(&Diamond::together([b, c, d])?)?)?;
            plan.end(e)
        })
    }
}

impl Model for Rayon {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        let permits = Permits::new(run.in_flight);
        let make = |(index, call)| {
            let _permit = permits.acquire();
            blocking::make(run, index, call)
        };
        // Each call is a task of its own. rayon would give every worker a share of the list, to save on stealing.
        Ok(self.within(|| calls.par_iter().enumerate().with_max_len(1).map(make).collect()))
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        Ok(self.steps(run, plan))
    }
}

impl Drop for Rayon {
    fn drop(&mut self) {
        self.pool = None;
        for worker in self.workers.drain(..) {
            // A worker that panicked was printed where it happened.
            let _ = worker.join();
        }
    }
}

/// How many calls may still begin: a counting semaphore. A worker that waits here is lost to the pool meanwhile, which
/// does no harm while there is nothing else to do.
struct Permits {
    free: Mutex<usize>,
    freed: Condvar,
}

struct Permit<'permits>(&'permits Permits);

impl Permits {
    const fn new(free: NonZeroUsize) -> Self {
        Self { free: Mutex::new(free.get()), freed: Condvar::new() }
    }

    fn acquire(&self) -> Permit<'_> {
        let none_free = |free: &mut usize| *free == 0;
        let guard = self.freed.wait_while(self.lock(), none_free);
        *guard.unwrap_or_else(PoisonError::into_inner) -= 1;
        Permit(self)
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.lock() += 1;
        self.0.freed.notify_one();
    }
}
