//! A model made of `as_completed`: outcomes are noted as calls end.
//!
//! *What to notice*: a call that has sent its request yields once before it looks for the answer, so that all others send first. It
//! wakes itself for that, while it is polled.
//!
//! *What is deliberately missing*: cancelling. No requirement of this exercise needs it.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;
use std::time::Instant;

use downstream_call::{Call, Diamond, Exchange, Failure, Model, Outcome, Run};
use mini_runtime::{Runtime, Semaphore, Socket, as_completed, wait_until};

/// Makes all calls as one list of futures, and takes their outcomes as they come.
pub struct Completed(Runtime);

impl Completed {
    pub fn new() -> io::Result<Self> {
        Runtime::new().map(Self)
    }
}

impl Model for Completed {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        self.0.block_on(fan_out(run, calls))
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        self.0.block_on(steps(run, plan))
    }
}

async fn fan_out(run: &Run, calls: &[Call]) -> Vec<Outcome> {
    let room = &Semaphore::new(run.in_flight.get());
    let mut outcomes = vec![Err(Failure::Lost); calls.len()];
    let mut tasks = as_completed((0..).zip(calls).map(|(index, of)| call(run, room, index, of)));
    while let Some((index, finished)) = tasks.next().await {
        outcomes[index] = run.work_on(index, finished.unwrap_or(Err(Failure::Lost)));
    }
    outcomes
}

async fn steps(run: &Run, plan: &Diamond) -> Outcome {
    let a = fan_out(&run.part(0), &[plan.a()]).await.remove(0)?;
    let b_c_d = fan_out(&run.part(1), &plan.b_c_d(&a)?).await;
    let e = plan.e(&Diamond::together(b_c_d)?)?;
    plan.end(fan_out(&run.part(4), &[e]).await.remove(0)?)
}

/// A call that is dropped at its deadline.
async fn call(run: &Run, room: &Semaphore, index: usize, call: &Call) -> Outcome {
    let _permit = room.acquire().await;
    let deadline = call.deadline(Instant::now());
    let outcome = wait_until(pin!(make(run, index, call)), deadline).await;
    outcome.unwrap_or(Err(Failure::TimedOut))
}

/// Connects, sends, yields and receives.
async fn make(run: &Run, index: usize, call: &Call) -> Outcome {
    let mut exchange = Exchange::new(run, index, call)?;
    let mut socket = Socket::connect(call.address)?;
    let mut buffer = vec![0; 16 * 1024];
    while !exchange.is_sent() {
        let sent = socket.send(exchange.unsent(&mut buffer)).await?;
        exchange.sent(sent);
    }
    yield_now().await;
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

/// Lets every other task that is ready run first.
async fn yield_now() {
    let mut has_yielded = false;
    poll_fn(|context| {
        if has_yielded {
            return Poll::Ready(());
        }
        has_yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
