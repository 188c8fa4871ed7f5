//! A model made of two futures: each call is made by a thread that blocks, and is awaited as a `Promise` until a `Sleep` ends.
//!
//! *What to notice*: a future may move between two polls. The main future polls each call once, and then gives it to a task, whose
//! waker is another one.
//!
//! *What is deliberately missing*: cancelling, and deadlines for connecting and sending. No requirement of this exercise needs them.

use std::future::ready;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use downstream_call::{Call, Diamond, Exchange, Failure, FanOut, Model, Outcome, Run};
use mini_runtime::{Either, Promise, Runtime, TaskSet, either, promise, wait_until};

/// How much later than the call a thread that reads gives up.
const LATER: Duration = Duration::from_millis(200);

/// Makes each call on a thread of its own, and awaits all of them on this one.
pub struct Promised(Runtime);

impl Promised {
    pub fn new() -> io::Result<Self> {
        Runtime::new().map(Self)
    }
}

impl Model for Promised {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        self.0.block_on(fan_out(run, calls))
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        self.0.block_on(steps(run, plan))
    }
}

async fn fan_out(run: &Run, calls: &[Call]) -> Vec<Outcome> {
    let mut fan_out = FanOut::new(run, calls);
    let mut tasks = TaskSet::new();
    loop {
        while let Some((index, call)) = fan_out.admit() {
            let mut answer = wait_until(begin(run, index, call), call.deadline(Instant::now()));
            // The first poll is made here, the next ones by a task.
            match either(&mut answer, ready(())).await {
                Either::First(answer) => fan_out.ended(index, outcome(answer)),
                Either::Second(()) => tasks.spawn(index, answer),
            }
        }
        match tasks.next().await {
            Some((index, Ok(answer))) => fan_out.ended(index, outcome(answer)),
            Some((index, Err(_))) => fan_out.ended(index, Err(Failure::Lost)),
            None => return fan_out.into_outcomes(),
        }
    }
}

/// What was awaited: the time may be up, and a thread may have dropped its resolver.
fn outcome<E, L>(answer: Result<Result<Outcome, L>, E>) -> Outcome {
    match answer {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_lost)) => Err(Failure::Lost),
        Err(_late) => Err(Failure::TimedOut),
    }
}

async fn steps(run: &Run, plan: &Diamond) -> Outcome {
    let a = fan_out(&run.part(0), &[plan.a()]).await.remove(0)?;
    let b_c_d = fan_out(&run.step(1), &plan.b_c_d(&a)?).await;
    let e = plan.e(&Diamond::together(b_c_d)?)?;
    plan.end(fan_out(&run.part(4), &[e]).await.remove(0)?)
}

/// Begins a call on a thread. One that fails drops its resolver.
fn begin(run: &Run, index: usize, call: &Call) -> Promise<Outcome> {
    let (resolver, promise) = promise();
    let (run, call) = (run.clone(), call.clone());
    thread::spawn(move || {
        if let Ok(reply) = make(&run, index, &call) {
            _ = resolver.resolve(Ok(reply));
        }
    });
    promise
}

/// One call, which blocks this thread.
fn make(run: &Run, index: usize, call: &Call) -> Outcome {
    let mut exchange = Exchange::new(run, index, call)?;
    let mut stream = TcpStream::connect(call.address)?;
    stream.set_read_timeout(Some(call.timeout.saturating_add(LATER)))?;
    let mut buffer = vec![0; 16 * 1024];
    while !exchange.is_sent() {
        let sent = stream.write(exchange.unsent(&mut buffer))?;
        exchange.sent(sent);
    }
    loop {
        let outcome = match stream.read(&mut buffer)? {
            0 => Some(exchange.closed()),
            length => exchange.received(&buffer[..length]),
        };
        if let Some(outcome) = outcome {
            return outcome;
        }
    }
}
