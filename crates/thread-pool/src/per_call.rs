//! A fresh thread for each call: the shortest way from one call to many.
//!
//! *How it waits*: each call sleeps on a thread of its own; the caller sleeps until one of them is over.
//!
//! *What to notice*: threads are scoped, so they borrow the run and its calls, and none outlives the run. Each is
//! joined as soon as its call is over, so there are never more threads than calls in flight.
//!
//! *What is deliberately missing*: reuse. Starting a thread and ending it costs more CPU time than the call, and each
//! thread holds 14 KB of memory that is really touched; `pool.rs` pays for that once.

use std::collections::HashMap;
use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, Scope, ScopedJoinHandle};

use downstream_call::{Call, Diamond, Failure, FanOut, Model, Outcome, Run};

use crate::call;

/// Starts a thread for each call, at most as many as may be in flight.
#[derive(Debug)]
#[non_exhaustive]
pub struct ThreadPerCall;

/// The size of a thread's stack. The default of 2 MiB is address space, not memory, until it is touched; but 10,000 of
/// them are 20 GiB, and a system that does not overcommit refuses. A call needs 16 KiB; the rest is for the work done
/// with a reply, and for printing a panic in it.
const STACK_BYTES: usize = 256 * 1024;

impl ThreadPerCall {
    /// Starts nothing: threads start with the calls.
    ///
    /// # Errors
    /// None; the constructors of other models can fail.
    pub fn new() -> io::Result<Self> {
        Ok(Self)
    }
}

impl Model for ThreadPerCall {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        Ok(fan_out(run, calls))
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        Ok(steps(run, plan))
    }
}

fn steps(run: &Run, plan: &Diamond) -> Outcome {
    let a = fan_out(&run.step(0), &[plan.a()]).remove(0)?;
    let b_c_d = Diamond::together(fan_out(&run.step(1), &plan.b_c_d(&a)?))?;
    let e = fan_out(&run.step(4), &[plan.e(&b_c_d)?]).remove(0)?;
    plan.end(e)
}

fn fan_out(run: &Run, calls: &[Call]) -> Vec<Outcome> {
    let mut fan_out = FanOut::new(run, calls);
    thread::scope(|scope| {
        let mut threads = Threads::new();
        loop {
            // Admit: a thread for each call that there is room for.
            while let Some((index, call)) = fan_out.admit() {
                if let Err(failure) = threads.start(scope, run, index, call) {
                    fan_out.ended_after_work(index, Err(failure));
                }
            }
            // Wait: for any thread to end.
            match threads.join_next() {
                Some((index, outcome)) => fan_out.ended_after_work(index, outcome),
                None => return fan_out.into_outcomes(),
            }
        }
    })
}

/// The threads of one run.
struct Threads<'scope> {
    running: HashMap<usize, ScopedJoinHandle<'scope, Outcome>>,
    ending: Sender<usize>,
    endings: Receiver<usize>,
}

impl<'scope> Threads<'scope> {
    fn new() -> Self {
        let (ending, endings) = mpsc::channel();
        Self { running: HashMap::new(), ending, endings }
    }

    /// Starts a thread with a small stack. The system may have none left (`EAGAIN`, pthread_create(3)): then this call
    /// fails, and no other.
    fn start(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        run: &'scope Run,
        index: usize,
        call: &'scope Call,
    ) -> Result<(), Failure> {
        let ending = Ending { index, sender: self.ending.clone() };
        let thread = thread::Builder::new().name("call".into()).stack_size(STACK_BYTES).spawn_scoped(
            scope,
            move || {
                let _ending = ending;
                run.work_on(index, call::call(run, index, call))
            },
        );
        // Not `Failure::from`: on a socket, EAGAIN means that the time is up.
        let thread = thread.map_err(|error| Failure::System(error.raw_os_error().unwrap_or(0)))?;
        self.running.insert(index, thread);
        Ok(())
    }

    /// Waits until any thread ends, and takes its outcome; none if no thread is running.
    fn join_next(&mut self) -> Option<(usize, Outcome)> {
        while !self.running.is_empty() {
            let index = self.endings.recv().ok()?;
            // A thread that could not be started has sent its index, too.
            if let Some(thread) = self.running.remove(&index) {
                return Some((index, thread.join().unwrap_or(Err(Failure::Lost))));
            }
        }
        None
    }
}

/// Sends the index of a thread's call when the thread ends, even by a panic.
struct Ending {
    index: usize,
    sender: Sender<usize>,
}

impl Drop for Ending {
    fn drop(&mut self) {
        // The receiver lives as long as the run, which outlives its threads.
        let _ = self.sender.send(self.index);
    }
}
