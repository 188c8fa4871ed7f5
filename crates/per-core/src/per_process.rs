//! One event loop in each of several processes: children of the same program, which answer through pipes.
//!
//! A child reads requests from its standard input and writes answers to its standard output, one a line. It ends when
//! its input does (`child.rs`), so no child outlives its parent. When a child is killed its calls are `Lost`, the other
//! children go on, and the next run starts another in its place.

use std::io::{self, BufRead, BufReader, Write};
use std::num::NonZeroUsize;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::{mem, thread};

use downstream_call::{Call, Cancel, Diamond, Failure, Model, Outcome, Run, Work};
use generator_style::GeneratorStyle;
use readiness::Poller;

use crate::CHILD_ARGUMENT;
use crate::split::{Share, split};
use crate::wire::{Answer, Request, WireCall, WireWork};

/// Makes calls in one process for each core, each with a loop of its own.
pub struct PerProcess {
    program: Command,
    children: Vec<Worker>,
    poller: Poller,
    waker: readiness::Waker,
}

/// A child, and the pipes to and from it.
struct Worker {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl PerProcess {
    /// Starts a child of this same program for each core, by [`CHILD_ARGUMENT`].
    ///
    /// # Errors
    /// No process could be started.
    pub fn new() -> io::Result<Self> {
        let mut program = Command::new(std::env::current_exe()?);
        program.arg(CHILD_ARGUMENT);
        Self::with_program(program, thread::available_parallelism()?)
    }

    /// Starts `count` children with `program`, which has to call [`child`](crate::child()).
    ///
    /// # Errors
    /// No process could be started.
    pub fn with_program(mut program: Command, count: NonZeroUsize) -> io::Result<Self> {
        program.stdin(Stdio::piped()).stdout(Stdio::piped());
        let children = (0..count.get()).map(|_| Worker::start(&mut program)).collect::<io::Result<_>>()?;
        let poller = Poller::new()?;
        let waker = poller.waker()?;
        Ok(Self { program, children, poller, waker })
    }

    /// The children's process ids.
    #[must_use]
    pub fn process_ids(&self) -> Vec<u32> {
        self.children.iter().map(|worker| worker.child.id()).collect()
    }

    /// Sends each request to a child of its own and waits for the answers; `None` from a child that died.
    fn ask(&mut self, run: &Run, requests: &[Request]) -> io::Result<Vec<Option<Answer>>> {
        self.replace_the_dead()?;
        self.poller.watch_cancel(&run.cancel)?;
        let answers = thread::scope(|scope| {
            let (answered, inbox) = mpsc::channel();
            let mut inputs = Vec::new();
            for (at, (worker, request)) in self.children.iter_mut().zip(requests).enumerate() {
                // If the child has just died, reading its answer fails.
                let _ = send(&mut worker.requests, request);
                inputs.push(&mut worker.requests);
                let (output, answered, waker) = (&mut worker.answers, answered.clone(), &self.waker);
                scope.spawn(move || {
                    let _ = answered.send((at, receive(output)));
                    waker.wake()
                });
            }
            gather(&mut self.poller, &run.cancel, &mut inputs, &inbox)
        });
        self.poller.forget_cancel(&run.cancel)?;
        let answers = answers?;
        for (worker, answer) in self.children.iter_mut().zip(&answers) {
            if answer.is_none() {
                // It is ending, or its answer was not valid: end it, so that the next run replaces it.
                worker.child.kill()?;
                worker.child.wait()?;
            }
        }
        Ok(answers)
    }

    fn replace_the_dead(&mut self) -> io::Result<()> {
        for worker in &mut self.children {
            if worker.child.try_wait()?.is_some() {
                *worker = Worker::start(&mut self.program)?;
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
        let (_, rest) = WireWork::divide(run.work);
        let request = |share: &Share| Request::FanOut {
            in_flight: share.run.in_flight,
            work: WireWork::divide(run.work).0,
            calls: calls[share.calls.clone()].iter().map(WireCall::from).collect(),
        };
        let requests: Vec<_> = shares.iter().map(request).collect();
        let mut outcomes = Vec::with_capacity(calls.len());
        for (answer, share) in self.ask(run, &requests)?.into_iter().zip(shares) {
            match answer {
                Some(answer) => {
                    outcomes.extend(answer.map_err(io::Error::other)?.into_iter().map(Outcome::from));
                }
                None => outcomes.extend(share.calls.map(|_| Err(Failure::Lost))),
            }
        }
        Ok(outcomes.into_iter().map(|outcome| rest.on(outcome)).collect())
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
        let request = Request::Diamond { in_flight: run.in_flight, work, base: plan.base().into() };
        let answers = self.ask(run, &[request])?;
        let outcome = match answers.into_iter().next().flatten() {
            Some(answer) => answer.map_err(io::Error::other)?.into_iter().next().map(Outcome::from),
            None => None,
        };
        Ok(outcome.unwrap_or(Err(Failure::Lost)))
    }
}

impl Worker {
    fn start(program: &mut Command) -> io::Result<Self> {
        let mut child = program.spawn()?;
        let gone = || io::Error::other("a child without pipes");
        let requests = child.stdin.take().ok_or_else(gone)?;
        let answers = BufReader::new(child.stdout.take().ok_or_else(gone)?);
        Ok(Self { child, requests: Some(requests), answers })
    }
}

impl Drop for Worker {
    /// Closes the child's input, which ends the child.
    fn drop(&mut self) {
        self.requests = None;
        let _ = self.child.wait();
    }
}

/// Collects an answer from each child. If the run is cancelled, it tells the children.
fn gather(
    poller: &mut Poller,
    cancel: &Cancel,
    inputs: &mut [&mut Option<ChildStdin>],
    inbox: &Receiver<(usize, Option<Answer>)>,
) -> io::Result<Vec<Option<Answer>>> {
    let mut answers: Vec<_> = inputs.iter().map(|_| None).collect();
    let mut missing = inputs.len();
    let mut told = false;
    loop {
        for (at, answer) in inbox.try_iter() {
            answers[at] = answer;
            missing -= 1;
        }
        if missing == 0 {
            return Ok(answers);
        }
        if cancel.is_cancelled() && !mem::replace(&mut told, true) {
            inputs.iter_mut().for_each(|input| _ = send(input, &Request::Cancel));
        }
        poller.wait(None, &mut Vec::new())?;
    }
}

fn send(input: &mut Option<ChildStdin>, request: &Request) -> io::Result<()> {
    let Some(input) = input else { return Ok(()) };
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    input.write_all(&line)
}

fn receive(output: &mut impl BufRead) -> Option<Answer> {
    let mut line = String::new();
    output.read_line(&mut line).ok()?;
    serde_json::from_str(&line).ok()
}
