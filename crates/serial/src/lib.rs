//! One call after another, each blocking: the program as everybody writes it first.
//!
//! *How it waits*: inside `connect`, `write` and `read`. The kernel puts the thread to sleep and wakes it when there
//! is something to return, so waiting costs no CPU time, and nothing else happens meanwhile.
//!
//! *What to notice*: the code is the call, from top to bottom. N calls of one second take N seconds. A deadline for
//! the whole call has to be turned into a limit for each system call that may sleep. A run is cancelled between two
//! calls: nothing wakes a thread that sleeps in `read` but the socket or its timeout.
//!
//! *What is deliberately missing*: any second thing to do.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use downstream_call::{Call, Diamond, Exchange, Failure, Model, Outcome, Run};

/// Makes one call at a time, on the caller's thread.
#[derive(Debug)]
pub struct Serial {
    scratch: Box<[u8]>,
}

impl Serial {
    /// Ready at once.
    ///
    /// # Errors
    /// None; the other models have some.
    pub fn new() -> io::Result<Self> {
        Ok(Self { scratch: vec![0; 16 * 1024].into() })
    }

    fn call(&mut self, run: &Run, index: usize, call: &Call) -> Outcome {
        if run.cancel.is_cancelled() {
            return Err(Failure::Cancelled);
        }
        let mut exchange = Exchange::new(run, index, call)?;
        let outcome = match talk(&mut exchange, &mut self.scratch) {
            Ok(outcome) => outcome,
            Err(error) => exchange.failed(error),
        };
        run.work.on(outcome)
    }

    fn steps(&mut self, run: &Run, plan: &Diamond) -> Outcome {
        let a = self.call(run, 0, &plan.a())?;
        let [b, c, d] = plan.b_c_d(&a)?;
        let b = self.call(run, 1, &b)?;
        let c = self.call(run, 2, &c)?;
        let d = self.call(run, 3, &d)?;
        let e = self.call(run, 4, &plan.e(&[b, c, d])?)?;
        plan.end(e)
    }
}

impl Model for Serial {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        Ok(calls.iter().enumerate().map(|(index, call)| self.call(run, index, call)).collect())
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        Ok(self.steps(run, plan))
    }
}

/// Connects, sends and receives, each blocking for what is left of the call's time.
fn talk(exchange: &mut Exchange<'_>, scratch: &mut [u8]) -> io::Result<Outcome> {
    let deadline = exchange.call().deadline(Instant::now());
    let mut stream = TcpStream::connect_timeout(&exchange.call().address, remaining(deadline)?)?;
    while !exchange.is_sent() {
        stream.set_write_timeout(Some(remaining(deadline)?))?;
        match stream.write(exchange.unsent(scratch)) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            sent => _ = exchange.sent(sent?),
        }
    }
    loop {
        stream.set_read_timeout(Some(remaining(deadline)?))?;
        match stream.read(scratch) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(0) => return Ok(exchange.closed()),
            Ok(length) => {
                if let Some(outcome) = exchange.received(&scratch[..length]) {
                    return Ok(outcome);
                }
            }
        }
    }
}

/// What is left until `deadline`; a socket takes no timeout of zero (it would mean for ever).
fn remaining(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}
