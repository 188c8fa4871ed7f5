//! One call, from top to bottom. It is a coroutine: any function below it may suspend.

use downstream_call::{Call, Exchange, Outcome, Run};

use crate::stream::{Context, Stream};

/// Connects, sends and receives.
pub(crate) fn call(context: &Context<'_>, run: &Run, index: usize, call: &Call) -> Outcome {
    let mut exchange = Exchange::new(run, index, call)?;
    let mut stream = Stream::connect(context, call)?;
    while !exchange.is_sent() {
        stream.send(&mut exchange)?;
    }
    loop {
        if let Some(outcome) = stream.receive(&mut exchange)? {
            return outcome;
        }
    }
}
