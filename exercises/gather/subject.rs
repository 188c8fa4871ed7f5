//! A model made of `gather` and `try_gather`: all calls of a run as one list of futures.
//!
//! *What is deliberately missing*: cancelling. No requirement of this exercise needs it.

use std::io;
use std::pin::pin;
use std::time::Instant;

use downstream_call::{Call, Diamond, Exchange, Failure, Model, Outcome, Run};
use mini_runtime::{Runtime, Semaphore, Socket, gather, try_gather, wait_until};

/// Makes all calls as one list of futures.
pub struct Gathered(Runtime);

impl Gathered {
    pub fn new() -> io::Result<Self> {
        Runtime::new().map(Self)
    }
}

impl Model for Gathered {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        self.0.block_on(async {
            let room = &Semaphore::new(run.in_flight.get());
            gather((0..).zip(calls).map(|(index, of)| call(run, room, index, of))).await
        })
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        self.0.block_on(steps(run, plan))
    }
}

async fn steps(run: &Run, plan: &Diamond) -> Outcome {
    let room = &Semaphore::new(run.in_flight.get());
    let a = call(run, room, 0, &plan.a()).await?;
    let b_c_d = plan.b_c_d(&a)?;
    let b_c_d = try_gather((1..).zip(&b_c_d).map(|(index, of)| call(run, room, index, of))).await?;
    let e = plan.e(&Diamond::together(b_c_d.into_iter().map(Ok))?)?;
    plan.end(call(run, room, 4, &e).await?)
}

/// A call that is dropped at its deadline, and the work with its reply.
async fn call(run: &Run, room: &Semaphore, index: usize, call: &Call) -> Outcome {
    let _permit = room.acquire().await;
    let deadline = call.deadline(Instant::now());
    let outcome = wait_until(pin!(make(run, index, call)), deadline).await;
    run.work_on(index, outcome.unwrap_or(Err(Failure::TimedOut)))
}

/// Connects, sends and receives.
async fn make(run: &Run, index: usize, call: &Call) -> Outcome {
    let mut exchange = Exchange::new(run, index, call)?;
    let mut socket = Socket::connect(call.address)?;
    let mut buffer = vec![0; 16 * 1024];
    while !exchange.is_sent() {
        let sent = socket.send(exchange.unsent(&mut buffer)).await?;
        exchange.sent(sent);
    }
    loop {
        let outcome = match socket.receive(&mut buffer).await? {
            0 => Some(exchange.closed()),
            length => exchange.received(&buffer[..length]),
        };
        if let Some(outcome) = outcome {
            return outcome;
        }
    }
}
