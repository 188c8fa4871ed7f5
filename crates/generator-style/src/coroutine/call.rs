//! One call as a `#[coroutine]`: `src/call.rs` with `yield` for `await`.
//!
//! *What to notice*: a `yield` belongs to the block in which it is written, so it cannot move into a function of the
//! stream. Delegating to another generator takes a loop (Python's `yield from`).

use std::ops::Coroutine;

use downstream_call::{Call, Exchange, Failure, Outcome, Run};
use readiness::Socket;

use crate::stream::{Context, Progress, Stream, Wait};

/// Connects, sends and receives.
pub(crate) fn call<'run>(
    context: &'run Context,
    run: &'run Run,
    index: usize,
    call: &'run Call,
) -> impl Coroutine<Option<Result<Socket, Failure>>, Yield = Wait, Return = Outcome> + 'run {
    #[coroutine]
    static move |_: Option<Result<Socket, Failure>>| {
        let mut exchange = Exchange::new(run, index, call)?;
        let mut stream = Stream::connect(call)?;
        loop {
            match stream.advance(context, &mut exchange)? {
                Progress::Over(outcome) => return outcome,
                Progress::Blocked(interest) => {
                    let wait = Wait { socket: stream.socket, interest, deadline: stream.deadline };
                    stream.socket = (yield wait).expect("resumed")?;
                }
            }
        }
    }
}
