//! One event loop in each of several processes: children of the same program, which answer through pipes.
//!
//! A child reads requests from its standard input and writes answers to its standard output, one a line (`worker.rs`). It
//! ends when its input does (`child.rs`), so no child outlives its parent. When a child is killed its calls are `Lost`;
//! when it is stopped they are `TimedOut`, and the child is killed. The other children go on, and the next run starts
//! another in its place.

use std::io;
use std::num::NonZeroUsize;
use std::process::{Command, Stdio};
use std::{mem, thread};

use downstream_call::{Call, Cancel, Diamond, Failure, Model, Outcome, Run, Work};
use generator_style::GeneratorStyle;
use readiness::Poller;

use crate::CHILD_ARGUMENT;
use crate::split::{Share, split};
use crate::wire::{Answered, Request, WireCall, WireWork};
use crate::worker::{Talk, Worker};

/// Makes calls in one process for each core, each with a loop of its own.
pub struct PerProcess {
    program: Command,
    children: Vec<Worker>,
    poller: Poller,
    waker: readiness::Waker,
}

impl PerProcess {
    /// Starts a child of this same program for each core, by [`CHILD_ARGUMENT`].
    ///
    /// # Errors
    /// No process could be started, or a child could not make its loop.
    pub fn new() -> io::Result<Self> {
        let mut program = Command::new(std::env::current_exe()?);
        program.arg(CHILD_ARGUMENT);
        Self::with_program(program, thread::available_parallelism()?)
    }

    /// Starts `count` children with `program`, which has to call [`child`](crate::child()).
    ///
    /// # Errors
    /// No process could be started, or a child could not make its loop.
    pub fn with_program(mut program: Command, count: NonZeroUsize) -> io::Result<Self> {
        program.stdin(Stdio::piped()).stdout(Stdio::piped());
        let poller = Poller::new()?;
        let waker = poller.waker()?;
        let start = |_| Worker::start(&mut program, &waker);
        let children = (0..count.get()).map(start).collect::<io::Result<Vec<_>>>()?;
        children.iter().try_for_each(Worker::ready)?;
        Ok(Self { program, children, poller, waker })
    }

    /// The children's process ids.
    #[must_use]
    pub fn process_ids(&self) -> Vec<u32> {
        self.children.iter().map(Worker::process_id).collect()
    }

    /// Sends each request to a child of its own, and waits for the answers; why there is none from a child that died or
    /// is late.
    fn ask(&mut self, run: &Run, requests: &[Request]) -> io::Result<Vec<Result<Answered, Failure>>> {
        self.replace_the_dead()?;
        // Where the system has no memory for it, a cancelled run is noticed with the next answer.
        _ = self.poller.watch_cancel(&run.cancel);
        let talks = self.children.iter_mut().zip(requests);
        let talks = talks.map(|(worker, request)| Talk::begin(worker, request)).collect();
        let answers = gather(&mut self.poller, &run.cancel, talks);
        _ = self.poller.forget_cancel(&run.cancel);
        answers
    }

    fn replace_the_dead(&mut self) -> io::Result<()> {
        for worker in &mut self.children {
            if worker.is_dead()? {
                *worker = Worker::start(&mut self.program, &self.waker)?;
                worker.ready()?;
            }
        }
        Ok(())
    }
}

impl Model for PerProcess {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        if run.cancel.is_cancelled() {
            return Ok(vec![Err(Failure::Cancelled); calls.len()]);
        }
        let shares = split(run, calls.len(), self.children.len());
        let (work, rest) = WireWork::divide(run.work);
        let request = |share: &Share| Request::FanOut {
            in_flight: share.run.in_flight,
            work,
            traced: run.trace.is_on(),
            calls: calls[share.calls.clone()].iter().map(WireCall::from).collect(),
        };
        let requests: Vec<_> = shares.iter().map(request).collect();
        let mut outcomes = Vec::with_capacity(calls.len());
        for (answer, share) in self.ask(run, &requests)?.into_iter().zip(shares) {
            match answer {
                Ok(answered) => {
                    answered.note_milestones(&share.run.trace);
                    outcomes.extend(answered.outcomes.into_iter().map(Outcome::from));
                }
                Err(failure) => outcomes.extend(share.calls.map(|_| Err(failure.clone()))),
            }
        }
        let rest = Run { work: rest, ..run.clone() };
        let outcomes = outcomes.into_iter().enumerate();
        Ok(outcomes.map(|(index, outcome)| rest.work_on(index, outcome)).collect())
    }

    /// Uses one child: five small calls gain nothing from a second one. If the work is a function, it uses this process
    /// instead: a function does not pass through a pipe, and its panic has to cancel the other calls.
    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        if run.cancel.is_cancelled() {
            return Ok(Err(Failure::Cancelled));
        }
        let (work, Work::None) = WireWork::divide(run.work) else {
            return GeneratorStyle::new()?.diamond(run, plan);
        };
        let request = Request::Diamond {
            in_flight: run.in_flight,
            work,
            traced: run.trace.is_on(),
            base: plan.base().into(),
        };
        let outcome = match self.ask(run, &[request])?.remove(0) {
            Ok(answered) => {
                answered.note_milestones(&run.trace);
                answered.outcomes.into_iter().next().map_or(Err(Failure::Lost), Outcome::from)
            }
            Err(failure) => Err(failure),
        };
        Ok(outcome)
    }
}

/// Collects an answer from each child. If the run is cancelled, it tells the children.
fn gather(
    poller: &mut Poller,
    cancel: &Cancel,
    mut talks: Vec<Talk<'_>>,
) -> io::Result<Vec<Result<Answered, Failure>>> {
    let mut told = false;
    loop {
        talks.iter_mut().for_each(Talk::advance);
        if talks.iter().all(Talk::is_over) {
            return Ok(talks.into_iter().map(Talk::into_answer).collect());
        }
        if cancel.is_cancelled() && !mem::replace(&mut told, true) {
            talks.iter_mut().for_each(Talk::cancel);
        }
        poller.wait(talks.iter().filter_map(Talk::deadline).min(), &mut Vec::new())?;
    }
}
