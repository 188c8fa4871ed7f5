//! One call after another, each blocking: the program as most people write it first.
//!
//! *How it waits*: inside `connect`, `write` and `read`. The kernel puts the thread to sleep and wakes it when there
//! is something to return, so waiting costs no CPU time. Nothing else happens meanwhile.
//!
//! *What to notice*: the call reads from top to bottom (`call.rs`). N calls of one second take N seconds. A deadline
//! for the whole call becomes a limit for each system call that may sleep (`stream.rs`). A run is cancelled between two
//! calls: only the socket or its timeout wakes a thread that sleeps in `read`.
//!
//! *What is deliberately missing*: anything else to do during a call.

mod call;
mod stream;

use std::io;

use downstream_call::{Call, Diamond, FanOut, Model, Outcome, Run};

/// Makes one call at a time, on the caller's thread.
#[derive(Debug)]
pub struct Serial {
    scratch: Box<[u8]>,
}

impl Serial {
    /// Allocates the buffer that every call receives into.
    ///
    /// # Errors
    /// None; the constructors of other models can fail.
    pub fn new() -> io::Result<Self> {
        Ok(Self { scratch: vec![0; 16 * 1024].into() })
    }

    fn run(&mut self, run: &Run, calls: &[Call]) -> Vec<Outcome> {
        let mut fan_out = FanOut::new(run, calls);
        while let Some((index, call)) = fan_out.admit() {
            let outcome = call::call(&mut self.scratch, run, index, call);
            fan_out.ended(index, outcome);
        }
        fan_out.into_outcomes()
    }

    fn step(&mut self, run: &Run, index: usize, call: Call) -> Outcome {
        self.run(&run.step(index), &[call]).remove(0)
    }

    fn steps(&mut self, run: &Run, plan: &Diamond) -> Outcome {
        let a = self.step(run, 0, plan.a())?;
        let [b, c, d] = plan.b_c_d(&a)?;
        let b = self.step(run, 1, b)?;
        let c = self.step(run, 2, c)?;
        let d = self.step(run, 3, d)?;
        let e = self.step(run, 4, plan.e(&[b, c, d])?)?;
        plan.end(e)
    }
}

impl Model for Serial {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        Ok(self.run(run, calls))
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        Ok(self.steps(run, plan))
    }
}
