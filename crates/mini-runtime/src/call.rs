//! One call, from top to bottom. It is a future: an `await` returns to the loop wherever the call would block.

use downstream_call::{Call, Exchange, Outcome, Run};

use crate::stream::{Scratch, Stream};

/// Connects, sends and receives.
pub(crate) async fn call(scratch: &Scratch, run: &Run, index: usize, call: &Call) -> Outcome {
    let mut exchange = Exchange::new(run, index, call)?;
    let mut stream = Stream::connect(scratch, call)?;
    while !exchange.is_sent() {
        stream.send(&mut exchange).await?;
    }
    loop {
        if let Some(outcome) = stream.receive(&mut exchange).await? {
            return outcome;
        }
    }
}
