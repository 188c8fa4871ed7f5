//! More calls at once than one ring has descriptors for.
//!
//! A table of direct descriptors is no longer than the process's descriptor limit, but nothing counts how many tables
//! there are. So a run that needs more makes more rings, each with its share of the calls, on a thread of its own.

use std::io;
use std::num::NonZeroUsize;
use std::thread::{Builder, scope};

use downstream_call::{Call, Outcome, Run};

use crate::{CompletionRing, Order};

/// Makes every call, on so many rings that none has more than its share of those in flight.
pub(crate) fn make(run: &Run, calls: &[Call], rings: usize) -> io::Result<Vec<Outcome>> {
    let in_flight = NonZeroUsize::new(run.in_flight.get() / rings).unwrap_or(NonZeroUsize::MIN);
    let share = &Run { in_flight, ..run.clone() };
    let length = calls.len().div_ceil(rings);
    scope(|scope| {
        let start = |(part, calls)| {
            let order = Order { first: part * length, all_or_none: false };
            Builder::new().spawn_scoped(scope, move || CompletionRing::new()?.make(share, calls, order))
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
