//! The groups of benches, as data: what each one asks of a model, and what its figures show.
//!
//! *What to notice*: an iteration takes a few milliseconds of CPU time or a few tens of milliseconds of waiting. So each
//! sample holds several iterations, also on a slow machine, and a bench takes seconds.

use std::time::Duration;

use meanwhile::models::{AtOnce, Entry};

/// The same calls, made by each model that can make them in time.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// Its name in filters, in the tables and in Criterion's folder.
    pub name: &'static str,
    /// What its figures show, in a sentence.
    pub shows: &'static str,
    /// The calls of one iteration.
    pub shape: Shape,
    /// How long the mock waits before each answer.
    pub latency: Duration,
}

/// The calls of one iteration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Calls that do not depend on each other, at most `in_flight` at once.
    FanOut {
        /// How many there are.
        calls: usize,
        /// How many may be in flight.
        in_flight: usize,
    },
    /// A, then B, C and D together, then E.
    Diamond,
}

/// All groups, in the order in which they are measured and shown.
pub const GROUPS: &[Group] = &[
    Group {
        name: "one_call",
        shows: "1 call that is answered at once: what one call takes while there is no other",
        shape: Shape::FanOut { calls: 1, in_flight: 1 },
        latency: Duration::ZERO,
    },
    Group {
        name: "hundred_calls",
        shows: "100 calls, all in flight, each answered after 10 ms: how many calls wait together",
        shape: Shape::FanOut { calls: 100, in_flight: 100 },
        latency: Duration::from_millis(10),
    },
    Group {
        name: "overhead",
        shows: "256 calls that are answered at once, 32 in flight: what a call costs besides waiting",
        shape: Shape::FanOut { calls: 256, in_flight: 32 },
        latency: Duration::ZERO,
    },
    Group {
        name: "diamond",
        shows: "A, then B, C and D, then E, each answered after 5 ms: what it costs that calls depend on each other",
        shape: Shape::Diamond,
        latency: Duration::from_millis(5),
    },
];

/// A model that would wait for longer than this in one iteration is left out of a group.
const LONGEST_WAIT: Duration = Duration::from_millis(50);

impl Group {
    /// How many calls an iteration makes.
    #[must_use]
    pub fn calls(&self) -> usize {
        match self.shape {
            Shape::FanOut { calls, .. } => calls,
            Shape::Diamond => 5,
        }
    }

    /// The part of an iteration that no model can avoid: the latency of the calls that must follow each other.
    #[must_use]
    pub fn unavoidable(&self) -> Duration {
        match self.shape {
            Shape::FanOut { .. } => self.latency,
            Shape::Diamond => 3 * self.latency,
        }
    }

    /// Whether this model is measured: one that makes one call at a time is not, where its waits would add up.
    #[must_use]
    pub fn takes(&self, entry: &Entry) -> bool {
        let all_waits = self.latency * u32::try_from(self.calls()).unwrap_or(u32::MAX);
        entry.at_once != AtOnce::One || all_waits <= LONGEST_WAIT
    }
}
