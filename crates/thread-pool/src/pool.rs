//! A pool: threads that are there already, and a queue they take calls from.
//!
//! *How it waits*: a worker sleeps inside its call, or in the queue until there is one. The caller sleeps in the queue
//! of endings.
//!
//! *What to notice*: the pool's size is the number of calls in flight, whatever the run allows: with 32 workers, 100
//! calls of one second take four. The queue is bounded, so that a million calls are not a million jobs in memory: that
//! is backpressure.
//!
//! *What is deliberately missing*: closures. A job is a value here, because all jobs do the same.

use std::io;
use std::num::NonZeroUsize;
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use downstream_call::{Call, Diamond, Failure, Model, Outcome, Run};

use crate::{WORKERS, blocking};

/// Makes calls on threads that wait for them.
#[derive(Debug)]
pub struct ThreadPool {
    /// `None` only while the pool is dropped: a closed queue is what ends the workers.
    jobs: Option<Sender<Job>>,
    workers: Vec<JoinHandle<()>>,
}

/// A call, and whom to tell how it ended.
#[derive(Debug)]
struct Job {
    run: Run,
    index: usize,
    call: Call,
    ended: Sender<(usize, Outcome)>,
    outcome: Outcome,
}

/// How a list of calls belongs to its run.
struct Order {
    /// The number of the first call, in the trace.
    first: usize,
    /// So many at once, at most.
    width: usize,
    /// No call is started after one has failed.
    all_or_none: bool,
}

impl ThreadPool {
    /// A pool of 32 workers, the upper bound of CPython's `ThreadPoolExecutor`.
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
        let (jobs, queue) = bounded(workers.get());
        let mut pool = Self { jobs: Some(jobs), workers: Vec::new() };
        for _ in 0..workers.get() {
            let queue = queue.clone();
            let worker = thread::Builder::new().name("pool".into()).spawn(move || work(&queue))?;
            pool.workers.push(worker);
        }
        Ok(pool)
    }

    fn make(&self, run: &Run, calls: &[Call], order: &Order) -> Vec<Outcome> {
        let mut outcomes = vec![Err(Failure::Cancelled); calls.len()];
        let (ended, endings) = unbounded::<(usize, Outcome)>();
        let (mut in_flight, mut failed) = (0, false);
        for (index, call) in calls.iter().enumerate() {
            // Wait: until there is room.
            if in_flight == order.width
                && let Ok((over, outcome)) = endings.recv()
            {
                failed |= outcome.is_err();
                outcomes[over - order.first] = outcome;
                in_flight -= 1;
            }
            // Admit: one more, unless nobody wants it any longer.
            if run.cancel.is_cancelled() || (failed && order.all_or_none) {
                break;
            }
            self.submit(run, order.first + index, call, &ended);
            in_flight += 1;
        }
        drop(ended); // the jobs' clones are left, and the last of them ends the loop
        for (over, outcome) in endings {
            outcomes[over - order.first] = outcome;
        }
        outcomes
    }

    /// Puts a job in the queue; waits while the queue is full.
    fn submit(&self, run: &Run, index: usize, call: &Call, ended: &Sender<(usize, Outcome)>) {
        let (run, call, ended) = (run.clone(), call.clone(), ended.clone());
        let job = Job { run, index, call, ended, outcome: Err(Failure::Lost) };
        if let Some(jobs) = &self.jobs {
            // Without any worker left the job comes back, is dropped, and so tells that it is lost.
            let _ = jobs.send(job);
        }
    }

    fn steps(&self, run: &Run, plan: &Diamond) -> Outcome {
        // As many as workers, and not one more in the queue: it could not be taken back.
        let width = run.in_flight.get().min(self.workers.len());
        let step = |first, calls: &[Call]| self.make(run, calls, &Order { first, width, all_or_none: true });
        let a = step(0, &[plan.a()]).remove(0)?;
        let b_c_d = Diamond::together(step(1, &plan.b_c_d(&a)?))?;
        let e = step(4, &[plan.e(&b_c_d)?]).remove(0)?;
        plan.end(e)
    }
}

impl Model for ThreadPool {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        let order = Order { first: 0, width: run.in_flight.get(), all_or_none: false };
        Ok(self.make(run, calls, &order))
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        Ok(self.steps(run, plan))
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        self.jobs = None;
        for worker in self.workers.drain(..) {
            // A worker that panicked was printed where it happened.
            let _ = worker.join();
        }
    }
}

impl Drop for Job {
    /// Tells the ending, even when the worker panicked: a call without one would be waited for for ever.
    fn drop(&mut self) {
        let outcome = std::mem::replace(&mut self.outcome, Err(Failure::Lost));
        // Nobody listens only when the run is over, which waits for all.
        let _ = self.ended.send((self.index, outcome));
    }
}

/// A worker's life: one job after another, until the queue is closed.
fn work(queue: &Receiver<Job>) {
    for mut job in queue {
        job.outcome = blocking::make(&job.run, job.index, &job.call);
    }
}
