//! The call as a `#[coroutine]`, and the diamond as another: `src/call.rs` with `yield` for `give(…).await`.
//!
//! What to notice: a `yield` belongs to the block it stands in. Where the stable version calls `talk(…).await`, this
//! one has to contain it; delegating to another generator would take a loop (Python's `yield from`).

use std::cell::RefCell;
use std::io;
use std::ops::Coroutine;
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

type Answer = Option<Result<Socket, Failure>>;

/// One call, from top to bottom, as `serial` has it.
pub(crate) fn call<'run>(
    _: &'run Waits,
    scratch: &'run RefCell<Box<[u8]>>,
    run: &'run Run,
    (index, call): (usize, &'run Call),
) -> impl Coroutine<Answer, Yield = Wait, Return = Outcome> + 'run {
    #[coroutine]
    static move |_: Answer| {
        let mut exchange = Exchange::new(run, index, call)?;
        let deadline = call.deadline(Instant::now());
        let mut socket = match Socket::connect(call.address) {
            Ok(socket) => socket,
            Err(error) => return exchange.failed(error),
        };
        let outcome = loop {
            let waits_for = match progress(&mut socket, &mut exchange, &mut scratch.borrow_mut()) {
                Ok(Progress::Blocked(interest)) => interest,
                Ok(Progress::Over(outcome)) => break outcome,
                Err(error) => break exchange.failed(error),
            };
            socket = match (yield Wait { socket, interest: waits_for, deadline }).expect("resumed") {
                Ok(socket) => socket,
                Err(failure) => break exchange.failed(failure),
            };
        };
        run.work.on(outcome)
    }
}

enum Progress {
    Blocked(Interest),
    Over(Outcome),
}

/// Sends and receives as far as the socket goes without blocking.
fn progress(socket: &mut Socket, exchange: &mut Exchange<'_>, scratch: &mut [u8]) -> io::Result<Progress> {
    let blocked = |error: &io::Error| error.kind() == io::ErrorKind::WouldBlock;
    while !exchange.is_sent() {
        match socket.send(exchange.unsent(scratch)) {
            Err(error) if blocked(&error) => return Ok(Progress::Blocked(Interest::Writable)),
            sent => _ = exchange.sent(sent?),
        }
    }
    loop {
        match socket.receive(scratch) {
            Err(error) if blocked(&error) => return Ok(Progress::Blocked(Interest::Readable)),
            Err(error) => return Err(error),
            Ok(0) => return Ok(Progress::Over(exchange.closed())),
            Ok(length) => {
                if let Some(outcome) = exchange.received(&scratch[..length]) {
                    return Ok(Progress::Over(outcome));
                }
            }
        }
    }
}

/// The diamond yields the calls it needs, three times.
pub(crate) fn steps<'plan>(
    _: &'plan Needs,
    plan: &'plan Diamond,
) -> impl Coroutine<Option<Vec<Outcome>>, Yield = Vec<Call>, Return = Outcome> + 'plan {
    #[coroutine]
    move |_: Option<Vec<Outcome>>| {
        let mut a = (yield vec![plan.a()]).expect("resumed");
        let b_c_d = (yield plan.b_c_d(&a.remove(0)?)?.into()).expect("resumed");
        let mut e = (yield vec![plan.e(&Diamond::together(b_c_d)?)?]).expect("resumed");
        plan.end(e.remove(0)?)
    }
}
