//! One call, from top to bottom.

use downstream_call::{Call, Exchange, Outcome, Run};

use crate::stream::Stream;

/// Connects, sends and receives.
pub(crate) fn call(scratch: &mut [u8], run: &Run, index: usize, call: &Call) -> Outcome {
    let mut exchange = Exchange::new(run, index, call)?;
    let mut stream = Stream::connect(scratch, call)?;
    while !exchange.is_sent() {
        stream.send(&mut exchange)?;
    }
    loop {
        if let Some(outcome) = stream.receive(&mut exchange)? {
            return outcome;
        }
    }
}
