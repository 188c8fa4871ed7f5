//! How long the downstream takes for each call: the same for every contestant, and in every round.
//!
//! *What to notice*: a latency belongs to the number of a call. The first calls of a race with more calls have the latencies that
//! they have in a race with fewer.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use super::RaceArgs;

/// The latency of each call, by its number, one after the other.
pub(super) fn latencies(args: &RaceArgs, seed: u64) -> impl Iterator<Item = Duration> {
    args.jitter.latencies(args.latency, seed)
}

/// How long such calls take if each starts as soon as fewer than `at_once` wait, in the order of their numbers.
pub(super) fn expectation(latencies: &[Duration], at_once: usize) -> Duration {
    let mut places: BinaryHeap<_> = vec![Reverse(Duration::ZERO); at_once.min(latencies.len())].into();
    for latency in latencies {
        if let Some(mut next) = places.peek_mut() {
            next.0 = next.0.saturating_add(*latency);
        }
    }
    places.into_iter().map(|Reverse(end)| end).max().unwrap_or_default()
}
