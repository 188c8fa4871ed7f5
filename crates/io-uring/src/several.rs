//! More calls at once than one ring has descriptors for.
//!
//! A table of direct descriptors is no longer than the process's descriptor limit, but the number of tables has no limit.
//! So a run that needs more descriptors opens more rings, each with its share of the calls, on a thread of its own.

use std::io;
use std::num::NonZeroUsize;
use std::thread::{Builder, ScopedJoinHandle, scope};

use downstream_call::{Call, Failure, Outcome, Run};
use rustix::io::Errno;

use crate::CompletionRing;
use crate::ring::Ring;

/// Makes every call on `rings` rings, each with its share of the calls and of those in flight. Where the system has no
/// thread or no ring for a share, the calls of that one fail.
pub(crate) fn run(run: &Run, calls: &[Call], rings: usize) -> Vec<Outcome> {
    let in_flight = NonZeroUsize::new(run.in_flight.get() / rings).unwrap_or(NonZeroUsize::MIN);
    let share = &Run { in_flight, ..run.clone() };
    let length = calls.len().div_ceil(rings);
    scope(|scope| {
        let start = |(number, calls)| {
            let part = share.part(number * length);
            let run = move || CompletionRing { ring: Ring::new()? }.run(&part, calls);
            Builder::new().spawn_scoped(scope, run)
        };
        let threads: Vec<_> = calls.chunks(length).enumerate().map(start).collect();
        let mut outcomes = Vec::with_capacity(calls.len());
        for (thread, calls) in threads.into_iter().zip(calls.chunks(length)) {
            let part = match thread.map(ScopedJoinHandle::join) {
                Ok(Ok(part)) => part.map_err(|error| refused(&error)),
                Ok(Err(_panic)) => Err(Failure::Lost),
                Err(error) => Err(refused(&error)),
            };
            outcomes.extend(part.unwrap_or_else(|failure| vec![Err(failure); calls.len()]));
        }
        outcomes
    })
}

/// Not `Failure::from`: on a socket, EAGAIN means that the time is up.
fn refused(error: &io::Error) -> Failure {
    Failure::System(error.raw_os_error().unwrap_or(Errno::NOMEM.raw_os_error()))
}

#[cfg(test)]
#[path = "several_tests.rs"]
mod tests;
