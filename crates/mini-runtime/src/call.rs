//! The call, from top to bottom, with an `await` wherever it would block.

use std::cell::RefCell;
use std::pin::pin;
use std::time::Instant;

use downstream_call::{Call, Exchange, Failure, Outcome, Run};
use readiness::Interest;

use crate::{Socket, TimedOut, wait_until};

/// What a call receives into; calls share it, as none holds it while it waits.
pub(crate) type Scratch = RefCell<Box<[u8]>>;

/// One call, cut off at its deadline.
pub(crate) async fn call(scratch: &Scratch, run: &Run, (index, call): (usize, &Call)) -> Outcome {
    let mut attempt = Attempt { exchange: Exchange::new(run, index, call)?, over: false };
    let deadline = call.deadline(Instant::now());
    let talked = wait_until(pin!(talk(&mut attempt.exchange, scratch)), deadline).await;
    let outcome = match talked {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(failure)) => attempt.exchange.failed(failure),
        Err(TimedOut) => attempt.exchange.failed(Failure::TimedOut),
    };
    attempt.over = true;
    run.work.on(outcome)
}

/// Connects, sends and receives.
async fn talk(exchange: &mut Exchange<'_>, scratch: &Scratch) -> Result<Outcome, Failure> {
    let mut socket = Socket::connect(exchange.call().address)?;
    while !exchange.is_sent() {
        let send = |socket: &mut readiness::Socket| socket.send(exchange.unsent(&mut scratch.borrow_mut()));
        let sent = socket.attempt(Interest::Writable, send).await?;
        exchange.sent(sent);
    }
    loop {
        let receive = |socket: &mut readiness::Socket| {
            let scratch = &mut *scratch.borrow_mut();
            match socket.receive(scratch)? {
                0 => Ok(Some(exchange.closed())),
                length => Ok(exchange.received(&scratch[..length])),
            }
        };
        if let Some(outcome) = socket.attempt(Interest::Readable, receive).await? {
            return Ok(outcome);
        }
    }
}

/// A call that is cancelled is a future that is dropped: what it has to say then, it says in `Drop`.
struct Attempt<'run> {
    exchange: Exchange<'run>,
    over: bool,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if !self.over {
            _ = self.exchange.failed(Failure::Cancelled);
        }
    }
}
