//! The call as a generator, and the diamond as another.

use std::cell::RefCell;
use std::io;
use std::time::Instant;

use downstream_call::{Call, Diamond, Exchange, Failure, Outcome, Run};
use readiness::{Interest, Socket};

use crate::generator::Slot;

/// What a call yields: the socket it waits on. It gets it back when the socket is ready; or a failure is thrown in.
pub(crate) struct Wait {
    pub(crate) socket: Socket,
    pub(crate) interest: Interest,
    pub(crate) deadline: Instant,
}

pub(crate) type Waits = Slot<Wait, Result<Socket, Failure>>;

/// What a plan yields: the calls it needs next, together. It goes on with their outcomes.
pub(crate) type Needs = Slot<Vec<Call>, Vec<Outcome>>;

/// One call, from top to bottom, as `serial` has it.
pub(crate) async fn call(
    waits: &Waits,
    scratch: &RefCell<Box<[u8]>>,
    run: &Run,
    (index, call): (usize, &Call),
) -> Outcome {
    let mut exchange = Exchange::new(run, index, call)?;
    let outcome = match talk(waits, scratch, &mut exchange).await {
        Ok(outcome) => outcome,
        Err(failure) => exchange.failed(failure),
    };
    run.work.on(outcome)
}

/// Connects, sends and receives, yielding the socket wherever it would block.
async fn talk(
    waits: &Waits,
    scratch: &RefCell<Box<[u8]>>,
    exchange: &mut Exchange<'_>,
) -> Result<Outcome, Failure> {
    let deadline = exchange.call().deadline(Instant::now());
    let mut socket = Socket::connect(exchange.call().address)?;
    while !exchange.is_sent() {
        let sent = socket.send(exchange.unsent(&mut scratch.borrow_mut()));
        match sent {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                socket = waits.give(Wait { socket, interest: Interest::Writable, deadline }).await?;
            }
            sent => _ = exchange.sent(sent?),
        }
    }
    loop {
        let received = socket.receive(&mut scratch.borrow_mut());
        match received {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                socket = waits.give(Wait { socket, interest: Interest::Readable, deadline }).await?;
            }
            Err(error) => return Err(error.into()),
            Ok(0) => return Ok(exchange.closed()),
            Ok(length) => {
                if let Some(outcome) = exchange.received(&scratch.borrow()[..length]) {
                    return Ok(outcome);
                }
            }
        }
    }
}

/// The diamond yields the calls it needs, three times.
pub(crate) async fn steps(needs: &Needs, plan: &Diamond) -> Outcome {
    let a = one(needs, plan.a()).await?;
    let b_c_d = needs.give(plan.b_c_d(&a)?.into()).await;
    let e = one(needs, plan.e(&Diamond::together(b_c_d)?)?).await?;
    plan.end(e)
}

async fn one(needs: &Needs, call: Call) -> Outcome {
    needs.give(vec![call]).await.remove(0)
}
