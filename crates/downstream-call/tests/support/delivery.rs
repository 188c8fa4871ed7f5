//! How an `Exchange` ends with a delivery.

use std::io;
use std::time::Duration;

use downstream_call::{Call, Exchange, Failure, Outcome, Run};
use oracle::{Delivery, End, Ending};

/// The outcome of an [`Exchange`] that receives a delivery.
pub(crate) fn outcome_of(delivery: &Delivery) -> Outcome {
    let (run, call) = (Run::default(), call());
    let mut exchange = Exchange::new(&run, 0, &call)?;
    for piece in &delivery.pieces {
        if let Some(outcome) = exchange.received(piece) {
            return outcome;
        }
    }
    match delivery.end {
        End::Close => exchange.closed(),
        End::Reset => Err(io::Error::from(io::ErrorKind::ConnectionReset).into()),
        End::Silence => Err(Failure::TimedOut),
    }
}

/// The call of every delivery. No connection is made.
pub(crate) fn call() -> Call {
    Call {
        address: ([127, 0, 0, 1], 8080).into(),
        host: "127.0.0.1:8080".into(),
        path: "/get_resource".into(),
        timeout: Duration::from_secs(1),
    }
}

/// Both are the same reply, or both are failures.
pub(crate) fn alike(exchange: &Outcome, hyper: &Ending) -> bool {
    let reply = exchange.as_ref().ok().map(|reply| (reply.status, &reply.body));
    reply == hyper.as_ref().ok().map(|(status, body)| (*status, body))
}
