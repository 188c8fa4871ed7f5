//! A model in which a semaphore is the limit: all calls of a run are begun at once, and each waits for a permit.
//!
//! *What to notice*: where calls have to queue, one caller leaves the queue at the moment at which a permit is given to it.
//!
//! *What is deliberately missing*: cancelling of the run. No requirement of this exercise needs it.

use std::future::ready;
use std::io;
use std::pin::pin;
use std::time::Instant;

use downstream_call::{Call, Diamond, Exchange, Failure, Model, Outcome, Run};
use mini_runtime::{Runtime, Semaphore, Socket, either, gather, try_gather, wait_until};

/// Begins all calls at once, and limits them with a semaphore.
pub struct Limited(Runtime);

impl Limited {
    pub fn new() -> io::Result<Self> {
        Runtime::new().map(Self)
    }
}

impl Model for Limited {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        self.0.block_on(fan_out(run, calls))
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        self.0.block_on(steps(run, plan))
    }
}

async fn fan_out(run: &Run, calls: &[Call]) -> Vec<Outcome> {
    let at_once = run.in_flight.get().min(calls.len());
    let room = &Semaphore::new(at_once);
    if at_once < calls.len() {
        leave_the_queue(room).await;
    }
    gather((0..).zip(calls).map(|(index, of)| call(run, room, index, of))).await
}

/// Waits for a permit, and goes away once it is given, without a look.
async fn leave_the_queue(room: &Semaphore) {
    let permits: Vec<_> = std::iter::from_fn(|| room.try_acquire()).collect();
    let mut caller = pin!(room.acquire());
    either(caller.as_mut(), ready(())).await;
    drop(permits);
}

async fn steps(run: &Run, plan: &Diamond) -> Outcome {
    let room = &Semaphore::new(run.in_flight.get().min(3));
    let a = call(run, room, 0, &plan.a()).await?;
    let b_c_d = plan.b_c_d(&a)?;
    let b_c_d = try_gather((1..).zip(&b_c_d).map(|(index, of)| call(run, room, index, of))).await?;
    let e = plan.e(&Diamond::together(b_c_d.into_iter().map(Ok))?)?;
    plan.end(call(run, room, 4, &e).await?)
}

/// A call that is dropped at its deadline, where it waits: for a permit, or for the downstream.
async fn call(run: &Run, room: &Semaphore, index: usize, call: &Call) -> Outcome {
    let made = async {
        let _permit = room.acquire().await;
        make(run, index, call).await
    };
    let outcome = wait_until(pin!(made), call.deadline(Instant::now())).await;
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
