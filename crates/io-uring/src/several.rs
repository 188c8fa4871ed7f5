//! More calls at once than one ring has descriptors for.
//!
//! A table of direct descriptors is no longer than the process's descriptor limit, but the number of tables has no limit.
//! So a run that needs more descriptors opens more rings, each with its share of the calls, on a thread of its own.

use std::io;
use std::num::NonZeroUsize;
use std::thread::{Builder, scope};

use downstream_call::{Call, Outcome, Run};

use crate::CompletionRing;

/// Makes every call on `rings` rings, each with its share of the calls and of those in flight.
pub(crate) fn run(run: &Run, calls: &[Call], rings: usize) -> io::Result<Vec<Outcome>> {
    let in_flight = NonZeroUsize::new(run.in_flight.get() / rings).unwrap_or(NonZeroUsize::MIN);
    let share = &Run { in_flight, ..run.clone() };
    let length = calls.len().div_ceil(rings);
    scope(|scope| {
        let start = |(number, calls)| {
            let part = share.part(number * length);
            Builder::new().spawn_scoped(scope, move || CompletionRing::new()?.run(&part, calls))
        };
        let threads = calls.chunks(length).enumerate().map(start).collect::<io::Result<Vec<_>>>()?;
        let mut outcomes = Vec::with_capacity(calls.len());
        for thread in threads {
            let part = thread.join().map_err(|_| io::Error::other("a ring's thread panicked"))?;
            outcomes.extend(part?);
        }
        Ok(outcomes)
    })
}
