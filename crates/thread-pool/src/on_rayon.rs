//! rayon: a pool that was made for computing, used for waiting.
//!
//! *How it waits*: a worker sleeps inside its call. rayon does not know that: to it, a thread in `read` is busy.
//!
//! *What to notice*: fan-out is `par_iter().for_each()`; the diamond's middle is two nested `join`s. The price is the
//! pool's size. By default rayon starts one thread for each core, because more would only compete while they compute.
//! Threads that wait do not compete: with that default two cores have two calls in flight, and 100 calls of one second
//! take 50. [`Rayon::new`] therefore starts 32 threads; `--workers 2` shows the default of two cores.
//!
//! *What is deliberately missing*: a use for work stealing. Calls that wait all take the same time, and a worker that
//! steals one has to wait for it, too.

use std::io;
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use downstream_call::{Call, Diamond, FanOut, Model, Outcome, Run};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::{WORKERS, call};

/// Makes calls on rayon's threads, in a pool of its own.
#[derive(Debug)]
pub struct Rayon {
    /// `None` only while the model is dropped: dropping the pool ends the workers.
    pool: Option<rayon::ThreadPool>,
    workers: Vec<JoinHandle<()>>,
}

impl Rayon {
    /// A pool of 32 workers, as many as [`ThreadPool`](crate::ThreadPool) has, so that the two can be compared.
    ///
    /// # Errors
    /// The system cannot start that many threads.
    pub fn new() -> io::Result<Self> {
        Self::with_workers(WORKERS)
    }

    /// A pool of `workers` threads, all started now.
    ///
    /// # Errors
    /// The system cannot start that many threads.
    pub fn with_workers(workers: NonZeroUsize) -> io::Result<Self> {
        let mut handles = Vec::new();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(workers.get())
            // rayon starts threads by itself, too, but they cannot be joined.
            .spawn_handler(|worker| {
                let thread = thread::Builder::new().name("rayon".into());
                handles.push(thread.spawn(|| worker.run())?);
                Ok(())
            })
            .build()
            // A thread that does not start is the only reason (EAGAIN, clone(2)).
            .map_err(|error| io::Error::new(io::ErrorKind::WouldBlock, error))?;
        Ok(Self { pool: Some(pool), workers: handles })
    }

    /// Runs a function inside the pool, so that everything the function starts runs there as well.
    fn within<T: Send>(&self, function: impl FnOnce() -> T + Send) -> T {
        self.pool.as_ref().expect("the pool exists until the model is dropped").install(function)
    }

    fn steps(&self, run: &Run, plan: &Diamond) -> Outcome {
        let a = self.step(run, 0, plan.a())?;
        let (step, b_c_d) = (run.step(1), plan.b_c_d(&a)?);
        let shared = Shared::new(&step, &b_c_d);
        let next = || shared.call_next();
        self.within(|| rayon::join(next, || rayon::join(next, next)));
        let b_c_d = Diamond::together(shared.into_outcomes())?;
        let e = self.step(run, 4, plan.e(&b_c_d)?)?;
        plan.end(e)
    }

    fn step(&self, run: &Run, index: usize, call: Call) -> Outcome {
        let (step, call) = (run.step(index), [call]);
        let shared = Shared::new(&step, &call);
        self.within(|| shared.call_next());
        shared.into_outcomes().remove(0)
    }
}

impl Model for Rayon {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        let shared = Shared::new(run, calls);
        // Each call is a task of its own. By default rayon gives each worker a share of the list, to steal less often.
        self.within(|| calls.par_iter().with_max_len(1).for_each(|_| shared.call_next()));
        Ok(shared.into_outcomes())
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        Ok(self.steps(run, plan))
    }
}

impl Drop for Rayon {
    fn drop(&mut self) {
        self.pool = None;
        for worker in self.workers.drain(..) {
            // The panic hook has printed why a worker panicked.
            let _ = worker.join();
        }
    }
}

/// One run, which the workers share.
struct Shared<'run> {
    run: &'run Run,
    fan_out: Mutex<FanOut<'run>>,
    ended: Condvar,
}

impl<'run> Shared<'run> {
    fn new(run: &'run Run, calls: &'run [Call]) -> Self {
        Self { run, fan_out: Mutex::new(FanOut::new(run, calls)), ended: Condvar::new() }
    }

    /// Makes the next call, once there is room for it, unless the run is cancelled.
    fn call_next(&self) {
        if let Some((index, call)) = self.admit() {
            let outcome = self.run.work_on(index, call::call(self.run, index, call));
            self.lock().ended_after_work(index, outcome);
            self.ended.notify_all();
        }
    }

    /// A worker that waits here for room is lost to the pool. That does no harm: no other call may start either.
    fn admit(&self) -> Option<(usize, &'run Call)> {
        let mut fan_out = self.lock();
        loop {
            match fan_out.admit() {
                None if !fan_out.is_cancelled() => {
                    fan_out = self.ended.wait(fan_out).unwrap_or_else(PoisonError::into_inner);
                }
                admitted => return admitted,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, FanOut<'run>> {
        self.fan_out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn into_outcomes(self) -> Vec<Outcome> {
        self.fan_out.into_inner().unwrap_or_else(PoisonError::into_inner).into_outcomes()
    }
}
