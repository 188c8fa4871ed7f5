//! The lane of one thread: what it did from the first look at it to the last one.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Stretch, Thread, ThreadState, Timeline};

/// One thread of the contestant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ThreadLane {
    /// Which one.
    pub thread: Thread,
    /// What it did, in order.
    pub stretches: Vec<Stretch>,
}

/// A lane for each thread, in the order in which they were seen.
pub(crate) fn lanes(timeline: &Timeline) -> Vec<ThreadLane> {
    let mut stretches = BTreeMap::<u32, Vec<Stretch>>::new();
    for stretch in &timeline.stretches {
        stretches.entry(stretch.thread).or_default().push(stretch.clone());
    }
    let lane = |thread: &Thread| {
        let mut stretches = stretches.remove(&thread.thread)?;
        stretches.sort_by_key(|stretch| stretch.from_us);
        Some(ThreadLane { thread: thread.clone(), stretches })
    };
    timeline.threads.iter().filter_map(lane).collect()
}

impl ThreadLane {
    /// How long it was seen, in microseconds.
    #[must_use]
    pub fn seen_us(&self) -> u64 {
        self.stretches.iter().map(Stretch::length_us).sum()
    }

    /// The CPU time that it used.
    #[must_use]
    pub fn cpu_us(&self) -> u64 {
        self.stretches.iter().map(|stretch| stretch.cpu_us).sum()
    }

    /// How long it slept in each system call: the longest first.
    #[must_use]
    pub fn asleep_us(&self) -> Vec<(&str, u64)> {
        let mut calls = BTreeMap::<&str, u64>::new();
        for stretch in &self.stretches {
            if let ThreadState::AsleepIn(call) = &stretch.state {
                *calls.entry(call).or_default() += stretch.length_us().saturating_sub(stretch.cpu_us);
            }
        }
        let mut calls: Vec<_> = calls.into_iter().collect();
        calls.sort_by_key(|(_, length_us)| std::cmp::Reverse(*length_us));
        calls
    }
}

impl Stretch {
    /// How long it lasted, in microseconds.
    #[must_use]
    pub const fn length_us(&self) -> u64 {
        self.until_us.saturating_sub(self.from_us)
    }
}
