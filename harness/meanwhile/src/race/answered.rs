//! When the answers were there: percentiles over the calls of a run, from the mock's events.
//!
//! *What to notice*: every call is wanted from the start of the run, so its time starts there, however late the contestant asks
//! for it. A time from the request on would be the downstream's own, alike for all contestants, and would not show that a call
//! had to queue for its turn.
//!
//! *What is deliberately missing*: what happens after the mock has sent an answer. How long it lies unread, the mock cannot see.

use std::time::Instant;

use downstream_mock::{Event, EventKind, Events};
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// Decimal digits that a time keeps, of microseconds.
const DIGITS: u8 = 4;

/// From the start of the contestant to the last byte of an answer, as the mock has sent it, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// Half of the calls were answered by then.
    pub p50_s: f64,
    /// Nine of ten were.
    pub p90_s: f64,
    /// 99 of 100 were.
    pub p99_s: f64,
    /// All were.
    pub max_s: f64,
}

impl Answered {
    /// Of a run of `calls` calls; nothing if the events do not have an answer to each of them.
    pub(super) fn of(events: &Events, calls: usize, start: Instant) -> Option<Self> {
        let mut times_us = Histogram::<u64>::new(DIGITS).ok()?;
        for event in events.events.iter().filter(|event| is_answer(event, calls)) {
            let took = event.at.saturating_duration_since(start);
            times_us.record(u64::try_from(took.as_micros()).ok()?).ok()?;
        }
        let at_s = |share| times_us.value_at_quantile(share).min(times_us.max()) as f64 / 1e6;
        let is_complete = calls > 0 && times_us.len() == calls as u64;
        is_complete.then(|| Self { p50_s: at_s(0.5), p90_s: at_s(0.9), p99_s: at_s(0.99), max_s: at_s(1.0) })
    }
}

fn is_answer(event: &Event, calls: usize) -> bool {
    event.kind == EventKind::AnswerEnded && event.call.is_some_and(|call| call < calls)
}

#[cfg(test)]
#[path = "answered_tests.rs"]
mod tests;
