//! A model whose users go away: each call is asked for by a task that is cancelled as soon as the call has begun.
//!
//! *What to notice*: three tasks for each call. The user's task awaits a shielded one, which goes on when the user is cancelled. That
//! one awaits the call, and cancels it at its deadline. A guard in the user's task cancels a task of its own when it is dropped, so
//! that cancelling one task cancels another.
//!
//! *What is deliberately missing*: cancelling of the run. No requirement of this exercise needs it.

use std::future::pending;
use std::io;
use std::time::{Duration, Instant};

use downstream_call::{Call, Diamond, Exchange, Failure, FanOut, Model, Outcome, Run};
use mini_runtime::{
    JoinHandle, Promise, Runtime, Socket, TaskSet, call_later, promise, shield, spawn, wait_until,
};

/// Makes each call as a task, for a user who does not wait for it.
pub struct Shielded(Runtime);

impl Shielded {
    pub fn new() -> io::Result<Self> {
        Runtime::new().map(Self)
    }
}

impl Model for Shielded {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        self.0.block_on(fan_out(run, calls))
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        self.0.block_on(steps(run, plan))
    }
}

async fn fan_out(run: &Run, calls: &[Call]) -> Vec<Outcome> {
    let mut fan_out = FanOut::new(run, calls);
    let mut asked = TaskSet::new();
    loop {
        while let Some((index, call)) = fan_out.admit() {
            asked.spawn(index, ask(run, index, call));
        }
        let Some((index, answer)) = asked.next().await else { return fan_out.into_outcomes() };
        let answer = answer.ok().and_then(Result::ok);
        fan_out.ended(index, answer.unwrap_or(Err(Failure::Lost)));
    }
}

async fn steps(run: &Run, plan: &Diamond) -> Outcome {
    let a = fan_out(&run.part(0), &[plan.a()]).await.remove(0)?;
    let b_c_d = fan_out(&run.part(1), &plan.b_c_d(&a)?).await;
    let e = plan.e(&Diamond::together(b_c_d)?)?;
    plan.end(fan_out(&run.part(4), &[e]).await.remove(0)?)
}

/// A user asks, and goes away.
fn ask(run: &Run, index: usize, call: &Call) -> Promise<Outcome> {
    let (resolver, answer) = promise();
    let (run, call) = (run.clone(), call.clone());
    let user = spawn(async move {
        let _spinner = CancelsWhenDropped(spawn(pending::<()>()));
        let asked = shield(async move {
            _ = resolver.resolve(in_time(run, index, call).await);
        });
        _ = asked.await;
    });
    call_later(Duration::ZERO, move || user.cancel());
    answer
}

/// The task ends with what owns this guard.
struct CancelsWhenDropped(JoinHandle<()>);

impl Drop for CancelsWhenDropped {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// The call as a task of its own, which is cancelled at its deadline.
async fn in_time(run: Run, index: usize, call: Call) -> Outcome {
    let deadline = call.deadline(Instant::now());
    let mut made = spawn(async move { make(&run, index, &call).await });
    match wait_until(&mut made, deadline).await {
        Ok(outcome) => outcome.unwrap_or(Err(Failure::Lost)),
        Err(_late) => {
            made.cancel();
            Err(Failure::TimedOut)
        }
    }
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
