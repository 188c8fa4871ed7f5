//! A fresh thread for each call: the shortest way from one call to many.
//!
//! *How it waits*: each call sleeps on a thread of its own; the caller sleeps until one of them is over.
//!
//! *What to notice*: threads are scoped, so they borrow the run and its calls, and none outlives the run. Each is
//! joined as soon as it is over: never are there more threads than calls allowed in flight.
//!
//! *What is deliberately missing*: reuse. Making a thread and ending it costs more CPU time than the call, and each holds
//! 14 KB of memory that is really touched; `pool.rs` pays for it once.

use std::collections::HashMap;
use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, Scope, ScopedJoinHandle};

use downstream_call::{Call, Diamond, Failure, Model, Outcome, Run};

use crate::blocking;

/// Starts a thread for each call, at most as many as may be in flight.
#[derive(Debug)]
#[non_exhaustive]
pub struct ThreadPerCall;

/// Room on a thread's stack. The default of 2 MiB is address space, not memory, until it is touched; but 10,000 of
/// them are 20 GiB, and a system that counts promises refuses. A call needs 16 KiB; the rest is for the work done
/// with a reply, and for printing a panic in it.
const STACK_BYTES: usize = 256 * 1024;

impl ThreadPerCall {
    /// Ready at once.
    ///
    /// # Errors
    /// None; the other models have some.
    pub fn new() -> io::Result<Self> {
        Ok(Self)
    }
}

impl Model for ThreadPerCall {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        let mut outcomes = vec![Err(Failure::Cancelled); calls.len()];
        thread::scope(|scope| {
            let mut threads = Threads::new();
            for (index, call) in calls.iter().enumerate() {
                // Wait: until there is room.
                if threads.running.len() == run.in_flight.get() {
                    threads.join_one(&mut outcomes);
                }
                // Admit: one more, unless nobody wants it any longer.
                if run.cancel.is_cancelled() {
                    break;
                }
                if let Err(failure) = threads.start(scope, run, index, call) {
                    outcomes[index] = Err(failure);
                }
            }
            while !threads.running.is_empty() {
                threads.join_one(&mut outcomes);
            }
        });
        Ok(outcomes)
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        Ok(steps(run, plan))
    }
}

/// The threads of one fan-out.
struct Threads<'scope> {
    running: HashMap<usize, ScopedJoinHandle<'scope, Outcome>>,
    over: Sender<usize>,
    ended: Receiver<usize>,
}

impl<'scope> Threads<'scope> {
    fn new() -> Self {
        let (over, ended) = mpsc::channel();
        Self { running: HashMap::new(), over, ended }
    }

    fn start(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        run: &'scope Run,
        index: usize,
        call: &'scope Call,
    ) -> Result<(), Failure> {
        let over = Over(self.over.clone(), index);
        let make = move || {
            let _over = over;
            blocking::make(run, index, call)
        };
        self.running.insert(index, spawn(scope, make)?);
        Ok(())
    }

    /// Waits until any thread is over, and takes its outcome.
    fn join_one(&mut self, outcomes: &mut [Outcome]) {
        while let Ok(index) = self.ended.recv() {
            // A thread that could not be started says that it is over, too.
            if let Some(thread) = self.running.remove(&index) {
                outcomes[index] = join(thread);
                return;
            }
        }
    }
}

/// Says that a thread is over, even if it panics: a call without an ending would be waited for for ever.
struct Over(Sender<usize>, usize);

impl Drop for Over {
    fn drop(&mut self) {
        // Nobody listens only when the run is over, which waits for all.
        let _ = self.0.send(self.1);
    }
}

fn steps(run: &Run, plan: &Diamond) -> Outcome {
    let a = together(run, 0, &[plan.a()]).remove(0)?;
    let b_c_d = Diamond::together(together(run, 1, &plan.b_c_d(&a)?))?;
    let e = together(run, 4, &[plan.e(&b_c_d)?]).remove(0)?;
    plan.end(e)
}

/// Makes steps at the same time, as many as may be in flight; none is started once one has failed.
fn together(run: &Run, first: usize, calls: &[Call]) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    while outcomes.len() < calls.len() && outcomes.iter().all(Result::is_ok) {
        let waiting = calls.iter().enumerate().skip(outcomes.len());
        let group = waiting.take(run.in_flight.get());
        thread::scope(|scope| {
            let start = |(index, call)| spawn(scope, move || blocking::make(run, first + index, call));
            let threads: Vec<_> = group.map(start).collect();
            outcomes.extend(threads.into_iter().map(|thread| thread.and_then(join)));
        });
    }
    outcomes
}

/// A thread with a small stack. The system may have none left (`EAGAIN`, pthread_create(3)); that is this call's bad
/// luck, and nobody else's.
fn spawn<'scope>(
    scope: &'scope Scope<'scope, '_>,
    make: impl FnOnce() -> Outcome + Send + 'scope,
) -> Result<ScopedJoinHandle<'scope, Outcome>, Failure> {
    let thread = thread::Builder::new().name("call".into()).stack_size(STACK_BYTES);
    // Not `Failure::from`: to a socket, EAGAIN means that time is up.
    thread.spawn_scoped(scope, make).map_err(|error| Failure::System(error.raw_os_error().unwrap_or(0)))
}

fn join(thread: ScopedJoinHandle<'_, Outcome>) -> Outcome {
    thread.join().unwrap_or(Err(Failure::Lost))
}
