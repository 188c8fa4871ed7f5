//! The call as if it blocked, and the diamond likewise.

use std::time::Instant;

use corosensei::Yielder;
use downstream_call::{Call, Diamond, Exchange, Failure, Outcome, Run};

use crate::stream::{Here, Stream};

/// What a plan suspends with: the calls it needs next, together. It goes on with their outcomes.
pub(crate) type Needs = Yielder<Vec<Outcome>, Vec<Call>>;

/// One call, from top to bottom, as `serial` has it.
pub(crate) fn call(here: &Here<'_>, run: &Run, index: usize, call: &Call) -> Outcome {
    let mut exchange = Exchange::new(run, index, call)?;
    match talk(here, &mut exchange) {
        Ok(outcome) => outcome,
        Err(failure) => exchange.failed(failure),
    }
}

/// Connects, sends and receives, as if each blocked.
fn talk(here: &Here<'_>, exchange: &mut Exchange<'_>) -> Result<Outcome, Failure> {
    let deadline = exchange.call().deadline(Instant::now());
    let mut stream = Stream::connect(here, exchange.call().address, deadline)?;
    while !exchange.is_sent() {
        let sent = stream.send(exchange)?;
        exchange.sent(sent);
    }
    loop {
        match stream.receive()? {
            0 => return Ok(exchange.closed()),
            length => {
                let bytes = &here.shared.scratch.borrow()[..length];
                // Parsing a head takes 4 KiB of stack. The loop's has them, so this one keeps to its first page.
                if let Some(outcome) = here.yielder.on_parent_stack(|| exchange.received(bytes)) {
                    return Ok(outcome);
                }
            }
        }
    }
}

/// The diamond stands still three times, while the calls it needs are made.
pub(crate) fn steps(needs: &Needs, plan: &Diamond) -> Outcome {
    let a = one(needs, plan.a())?;
    let b_c_d = needs.suspend(plan.b_c_d(&a)?.into());
    let e = one(needs, plan.e(&Diamond::together(b_c_d)?)?)?;
    plan.end(e)
}

fn one(needs: &Needs, call: Call) -> Outcome {
    needs.suspend(vec![call]).remove(0)
}
