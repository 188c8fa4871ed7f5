//! The lanes of one run: what every picture draws, whatever it draws with.

use serde::Serialize;

use crate::{About, CallLane, End, ThreadLane, Timeline, call, thread};

/// A lane for each thread, and one for each call that was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lanes {
    /// What was run.
    pub about: About,
    /// Where the time axis ends, in microseconds.
    pub until_us: u64,
    /// What the threads did.
    pub threads: Vec<ThreadLane>,
    /// What the calls did.
    pub calls: Vec<CallLane>,
    /// How it ended; nothing while it goes on.
    pub end: Option<End>,
}

impl Lanes {
    /// The lanes of a timeline.
    #[must_use]
    pub fn of(timeline: &Timeline) -> Self {
        Self {
            about: timeline.about.clone(),
            until_us: timeline.until_us(),
            threads: thread::lanes(timeline),
            calls: call::lanes(timeline),
            end: timeline.end.clone(),
        }
    }

    /// What was not seen of this run, a sentence each.
    #[must_use]
    pub fn missing(&self) -> &[String] {
        self.end.as_ref().map_or(&[], |end| &end.missing)
    }

    /// How many threads have no lane, because they were not watched.
    #[must_use]
    pub fn unwatched_threads(&self) -> usize {
        self.end.as_ref().map_or(0, |end| end.unwatched_threads)
    }
}
