//! One call, blocking: what every thread here does, whoever started it.
//!
//! *How it waits*: inside `connect`, `write` and `read`. The kernel puts the thread to sleep and wakes it when there
//! is something to return.
//!
//! *What to notice*: this is `serial`, line by line. Only the buffer lies elsewhere: a thread has a stack of its own.
//!
//! *What is deliberately missing*: anything about threads.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use downstream_call::{Call, Exchange, Failure, Outcome, Run};

/// Makes one call on this thread, and does the work with its reply.
pub(crate) fn make(run: &Run, index: usize, call: &Call) -> Outcome {
    if run.cancel.is_cancelled() {
        return Err(Failure::Cancelled);
    }
    let mut exchange = Exchange::new(run, index, call)?;
    let outcome = match talk(&mut exchange, &mut [0; 4 * 1024]) {
        Ok(outcome) => outcome,
        Err(error) => exchange.failed(error),
    };
    run.work.on(outcome)
}

/// Connects, sends and receives, each blocking for what is left of the call's time.
fn talk(exchange: &mut Exchange<'_>, scratch: &mut [u8]) -> io::Result<Outcome> {
    let deadline = exchange.call().deadline(Instant::now());
    let mut stream = TcpStream::connect_timeout(&exchange.call().address, remaining(deadline)?)?;
    while !exchange.is_sent() {
        stream.set_write_timeout(Some(remaining(deadline)?))?;
        match stream.write(exchange.unsent(scratch)) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            sent => _ = exchange.sent(sent?),
        }
    }
    loop {
        stream.set_read_timeout(Some(remaining(deadline)?))?;
        match stream.read(scratch) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(0) => return Ok(exchange.closed()),
            Ok(length) => {
                if let Some(outcome) = exchange.received(&scratch[..length]) {
                    return Ok(outcome);
                }
            }
        }
    }
}

/// What is left until `deadline`; a socket takes no timeout of zero (it would mean for ever).
fn remaining(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}
