//! A pool: threads that are started once, and a queue from which they take calls.
//!
//! *How it waits*: a worker sleeps inside its call, or at the queue until there is a job. The caller sleeps at the
//! queue of outcomes.
//!
//! *What to notice*: the pool's size limits the calls in flight, whatever the run allows: with 32 workers, 100 calls of
//! one second take four. The queue is bounded, so that a million calls are not a million jobs in memory: that is
//! backpressure.
//!
//! *What is deliberately missing*: closures. A job is a value here, because all jobs do the same.

use std::io;
use std::num::NonZeroUsize;
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use downstream_call::{Call, Diamond, Failure, FanOut, Model, Outcome, Run};

use crate::{WORKERS, call};

/// Makes calls on threads that are started once and wait for jobs.
#[derive(Debug)]
pub struct ThreadPool {
    /// `None` only while the pool is dropped: closing the queue ends the workers.
    jobs: Option<Sender<Job>>,
    workers: Vec<JoinHandle<()>>,
}

/// A call, and where to send its outcome.
#[derive(Debug)]
struct Job {
    run: Run,
    index: usize,
    call: Call,
    outcome: Outcome,
    outcomes: Sender<(usize, Outcome)>,
}

impl ThreadPool {
    /// A pool of 32 workers, the upper bound of CPython's `ThreadPoolExecutor`.
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
        let (jobs, queue) = bounded(workers.get());
        let mut pool = Self { jobs: Some(jobs), workers: Vec::new() };
        for _ in 0..workers.get() {
            let queue = queue.clone();
            let worker = thread::Builder::new().name("pool".into()).spawn(move || work(&queue))?;
            pool.workers.push(worker);
        }
        Ok(pool)
    }

    fn run(&self, run: &Run, calls: &[Call]) -> Vec<Outcome> {
        let mut fan_out = FanOut::new(run, calls);
        let (sender, outcomes) = unbounded();
        loop {
            // Admit: a job for each call that there is room for.
            while let Some((index, call)) = fan_out.admit() {
                self.submit(run, index, call, &sender);
            }
            if fan_out.is_over() {
                return fan_out.into_outcomes();
            }
            // Wait: for any job to end.
            let (index, outcome) = outcomes.recv().expect("this function holds a sender");
            fan_out.ended_after_work(index, outcome);
        }
    }

    /// Puts a job in the queue; blocks while the queue is full.
    fn submit(&self, run: &Run, index: usize, call: &Call, outcomes: &Sender<(usize, Outcome)>) {
        let (run, call, outcomes) = (run.clone(), call.clone(), outcomes.clone());
        let job = Job { run, index, call, outcome: Err(Failure::Lost), outcomes };
        if let Some(jobs) = &self.jobs {
            // If no worker is left, `send` returns the job, which is dropped and so sends `Failure::Lost`.
            let _ = jobs.send(job);
        }
    }

    /// A step has no more calls in flight than there are workers: a job that waits in the queue could not be cancelled.
    fn step(&self, run: &Run, first: usize, calls: &[Call]) -> Vec<Outcome> {
        let workers = NonZeroUsize::new(self.workers.len()).unwrap_or(NonZeroUsize::MIN);
        self.run(&Run { in_flight: run.in_flight.min(workers), ..run.step(first) }, calls)
    }

    fn steps(&self, run: &Run, plan: &Diamond) -> Outcome {
        let a = self.step(run, 0, &[plan.a()]).remove(0)?;
        let b_c_d = Diamond::together(self.step(run, 1, &plan.b_c_d(&a)?))?;
        let e = self.step(run, 4, &[plan.e(&b_c_d)?]).remove(0)?;
        plan.end(e)
    }
}

impl Model for ThreadPool {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        Ok(self.run(run, calls))
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        Ok(self.steps(run, plan))
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        self.jobs = None;
        for worker in self.workers.drain(..) {
            // The panic hook has printed why a worker panicked.
            let _ = worker.join();
        }
    }
}

/// What a worker does: one job after another, until the queue is closed.
fn work(queue: &Receiver<Job>) {
    for mut job in queue {
        job.outcome = job.call();
    }
}

impl Job {
    /// The run may have been cancelled while its job was in the queue.
    fn call(&self) -> Outcome {
        if self.run.cancel.is_cancelled() {
            return Err(Failure::Cancelled);
        }
        self.run.work_on(self.index, call::call(&self.run, self.index, &self.call))
    }
}

impl Drop for Job {
    /// Sends the outcome, even if the worker panicked: the caller waits for one from each job.
    fn drop(&mut self) {
        let outcome = std::mem::replace(&mut self.outcome, Err(Failure::Lost));
        // It fails only after the run, and the run waits for all jobs.
        let _ = self.outcomes.send((self.index, outcome));
    }
}
