//! One call, from top to bottom: the lines of `serial`, with a buffer on each thread's own stack.

use downstream_call::{Call, Exchange, Outcome, Run};

use crate::stream::Stream;

/// Connects, sends and receives.
pub(crate) fn call(run: &Run, index: usize, call: &Call) -> Outcome {
    let mut exchange = Exchange::new(run, index, call)?;
    let mut scratch = [0; 4 * 1024];
    let mut stream = Stream::connect(&mut scratch, call)?;
    while !exchange.is_sent() {
        stream.send(&mut exchange)?;
    }
    loop {
        if let Some(outcome) = stream.receive(&mut exchange)? {
            return outcome;
        }
    }
}
