//! Shares of a run, one for each loop.

use std::num::NonZeroUsize;
use std::ops::Range;

use downstream_call::Run;

/// One loop's part of a run.
pub(crate) struct Share {
    pub(crate) calls: Range<usize>,
    pub(crate) run: Run,
}

/// Divides `calls` calls, and the run's limit of calls in flight, among at most `loops` loops as evenly as possible.
/// Together the loops never have more in flight than the run allows, so a limit below their number leaves some idle.
pub(crate) fn split(run: &Run, calls: usize, loops: usize) -> Vec<Share> {
    let loops = loops.min(run.in_flight.get()).min(calls);
    let part = |total: usize, at: usize| total / loops + usize::from(at < total % loops);
    let mut first = 0;
    let share = |at| {
        let calls = first..first + part(calls, at);
        first = calls.end;
        let in_flight = NonZeroUsize::new(part(run.in_flight.get(), at)).unwrap_or(NonZeroUsize::MIN);
        Share { run: Run { in_flight, ..run.part(calls.start) }, calls }
    };
    (0..loops).map(share).collect()
}
