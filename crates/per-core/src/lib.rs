//! One event loop for each core: on threads, and in processes.
//!
//! *How it waits*: as `generator-style` does: every core runs its loop. The calls are divided before any of them
//! starts. After that the loops share nothing: no lock, no queue and no socket.
//!
//! *What to notice*: waiting needs no second core, so with idle calls this is no faster than one loop. It helps when
//! the loop itself is the bottleneck. A diamond stays on one core and is not spread over loops. A panic ends one
//! thread; its calls are `Lost`, and the next run starts another. But threads share memory, and a crash ends all of them; a
//! process ([`PerProcess`]) crashes alone, and the others go on.
//!
//! *What is deliberately missing*: work stealing, so a loop that got the slow calls keeps them; and threads pinned to
//! cores, which does more harm than good on a shared machine.

mod child;
mod per_process;
mod split;
mod wire;
mod worker;

use std::io;
use std::num::NonZeroUsize;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use downstream_call::{Call, Diamond, Failure, Model, Outcome, Run};
use generator_style::GeneratorStyle;

pub use child::{CHILD_ARGUMENT, child};
pub use per_process::PerProcess;
use split::{Share, split};

/// Makes calls on one thread for each core, each with a loop of its own.
#[derive(Debug)]
pub struct PerCore {
    loops: Vec<Loop>,
}

/// A thread that runs one event loop.
#[derive(Debug)]
struct Loop {
    /// `None` once the loop is asked to end, or has panicked.
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

type Job = Box<dyn FnOnce(&mut GeneratorStyle) + Send>;

impl PerCore {
    /// Starts a loop for each core that this process may use.
    ///
    /// # Errors
    /// No thread or no descriptor was left.
    pub fn new() -> io::Result<Self> {
        Self::with_loops(thread::available_parallelism()?)
    }

    /// Starts `count` loops.
    ///
    /// # Errors
    /// No thread or no descriptor was left.
    pub fn with_loops(count: NonZeroUsize) -> io::Result<Self> {
        let loops = (0..count.get()).map(|_| Loop::start()).collect::<io::Result<_>>()?;
        Ok(Self { loops })
    }

    fn replace_the_panicked(&mut self) -> io::Result<()> {
        for each in self.loops.iter_mut().filter(|each| each.jobs.is_none()) {
            *each = Loop::start()?;
        }
        Ok(())
    }
}

impl Model for PerCore {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        self.replace_the_panicked()?;
        let shares = split(run, calls.len(), self.loops.len());
        let begin = |(share, each): (&Share, &Loop)| {
            let (run, calls) = (share.run.clone(), calls[share.calls.clone()].to_vec());
            each.ask(move |model| model.fan_out(&run, &calls))
        };
        let answers: Vec<_> = shares.iter().zip(&self.loops).map(begin).collect();
        let mut outcomes = Vec::with_capacity(calls.len());
        for ((each, answer), share) in self.loops.iter_mut().zip(answers).zip(shares) {
            match each.answer(&answer) {
                Some(answered) => outcomes.extend(answered?),
                None => outcomes.extend(share.calls.map(|_| Err(Failure::Lost))),
            }
        }
        Ok(outcomes)
    }

    /// Uses one loop: five small calls gain nothing from a second core.
    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        self.replace_the_panicked()?;
        let (run, plan) = (run.clone(), plan.clone());
        let answer = self.loops[0].ask(move |model| model.diamond(&run, &plan));
        self.loops[0].answer(&answer).unwrap_or(Ok(Err(Failure::Lost)))
    }
}

impl Loop {
    fn start() -> io::Result<Self> {
        let mut model = GeneratorStyle::new()?;
        let (jobs, inbox) = mpsc::channel::<Job>();
        let thread = thread::Builder::new().name("per-core".into()).spawn(move || {
            for job in inbox {
                job(&mut model);
            }
        })?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Asks the loop to do a job, and returns where its answer will arrive.
    fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut GeneratorStyle) -> T + Send + 'static,
    ) -> Receiver<T> {
        let (answer, answered) = mpsc::channel();
        if let Some(jobs) = &self.jobs {
            // If either end is gone, `recv` fails.
            let _ = jobs.send(Box::new(move |model| _ = answer.send(job(model))));
        }
        answered
    }

    /// Waits for the answer to a job; `None` if the thread has panicked.
    fn answer<T>(&mut self, answered: &Receiver<T>) -> Option<T> {
        let answer = answered.recv().ok();
        if answer.is_none() {
            self.jobs = None;
        }
        answer
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
