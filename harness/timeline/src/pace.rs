//! How the calls of a run followed each other: all at once, one by one, or as many at a time as there was room for.

use std::ops::Range;

use crate::{CallLane, CallState, Lanes};

/// What is shorter is not told from the start of the run.
const TOO_SHORT_US: u64 = 20_000;

/// How the calls followed each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// No call was begun.
    NoCall,
    /// All of them were under way at the same time.
    Together,
    /// No two of them were.
    OneByOne,
    /// At most this many were under way at a time.
    AtMost(usize),
}

/// The pace of this run.
pub(crate) fn pace(lanes: &Lanes) -> Pace {
    match (lanes.calls.len(), most_at_once(&lanes.calls)) {
        (0, _) => Pace::NoCall,
        (calls, most) if most == calls => Pace::Together,
        (_, 0 | 1) => Pace::OneByOne,
        (_, most) => Pace::AtMost(most),
    }
}

/// When the last call was begun.
pub(crate) fn last_begun_us(lanes: &Lanes) -> u64 {
    lanes.calls.iter().map(CallLane::from_us).max().unwrap_or(0)
}

/// The number of calls that were begun only after another one was over.
pub(crate) fn late(lanes: &Lanes) -> usize {
    let first_over_us = lanes.calls.iter().map(CallLane::until_us).min().unwrap_or(0);
    lanes.calls.iter().filter(|call| call.from_us() >= first_over_us).count()
}

/// The time before any answer came, when there was nothing to do but to wait; nothing if it was short.
pub(crate) fn before_any_answer(lanes: &Lanes) -> Option<Range<u64>> {
    let from_us = lanes.calls.iter().map(CallLane::from_us).min()?;
    let waits = lanes.calls.iter().flat_map(|call| &call.spans);
    let answers = waits.filter(|span| span.state == CallState::Waiting).map(|span| span.until_us);
    let until_us = answers.min()?;
    (until_us >= from_us + TOO_SHORT_US).then_some(from_us..until_us)
}

/// The most calls that were under way at a time. A call that ends in the moment in which another begins makes room for it.
pub(crate) fn most_at_once(calls: &[CallLane]) -> usize {
    let begun = calls.iter().map(|call| (call.from_us(), 1));
    let over = calls.iter().map(|call| (call.until_us(), -1));
    let mut changes: Vec<(u64, isize)> = begun.chain(over).collect();
    changes.sort_unstable();
    let under_way = changes.iter().scan(0, |now, (_, change)| {
        *now += change;
        Some(*now)
    });
    under_way.max().map_or(0, isize::unsigned_abs)
}
