//! The least time in which calls can all be answered, in whatever order they are made.
//!
//! *What to notice*: it is a limit and not a forecast. Whether a run was shorter than possible must never depend on how well a
//! contestant has chosen its order, so each of three limits holds for every order, and the largest of them counts.

use std::time::Duration;

/// The least time for calls with these latencies where at most `in_flight` may wait at the same time.
pub(crate) fn least_time(latencies: &[Duration], in_flight: usize) -> Duration {
    let Some(last) = latencies.len().checked_sub(1) else { return Duration::ZERO };
    let places = in_flight.clamp(1, latencies.len());
    let mut longest_first = latencies.to_vec();
    longest_first.sort_unstable_by(|one, other| other.cmp(one));
    // No place has less than its share.
    let shared = longest_first.iter().sum::<Duration>() / u32::try_from(places).unwrap_or(u32::MAX);
    // `times * places` calls fill every place `times` times. With one call more, some place takes `times + 1`, at best the shortest.
    let times = last / places;
    let crowded = &longest_first[..=times * places];
    let one_place = crowded.iter().rev().take(times + 1).sum();
    longest_first[0].max(shared).max(one_place)
}

#[cfg(test)]
#[path = "least_time_tests.rs"]
mod tests;
