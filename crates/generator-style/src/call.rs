//! One call, from top to bottom. It is a generator: an `await` yields to the loop.

use downstream_call::{Call, Exchange, Outcome, Run};

use crate::stream::{Context, Stream};

/// Connects, sends and receives.
pub(crate) async fn call(context: &Context, run: &Run, index: usize, call: &Call) -> Outcome {
    let mut exchange = Exchange::new(run, index, call)?;
    let mut stream = Stream::connect(context, call)?;
    while !exchange.is_sent() {
        stream.send(&mut exchange).await?;
    }
    loop {
        if let Some(outcome) = stream.receive(&mut exchange).await? {
            return outcome;
        }
    }
}
