//! Threads that do the same, together: what each of them did for most of the time.
//!
//! *What to notice*: a pool of 32 threads is one fact and not 32, in a sentence as well as in a picture that has no room.

use std::ops::Range;

use crate::ThreadLane;
use crate::spent::{ALWAYS, Spent};

/// What a thread did for most of the time in which it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Habit<'lanes> {
    /// It ran.
    Ran,
    /// It could have run, but other threads had the cores.
    Queued,
    /// It slept in this system call.
    SleptIn(&'lanes str),
}

/// Threads with one habit, in the order in which they were seen.
pub(crate) struct Group<'lanes> {
    pub(crate) habit: Habit<'lanes>,
    pub(crate) threads: Vec<&'lanes ThreadLane>,
    /// What all of them did.
    pub(crate) spent: Spent<'lanes>,
}

/// These threads by what they did in these times: the largest group first.
pub(crate) fn groups<'lanes>(
    threads: impl IntoIterator<Item = &'lanes ThreadLane>,
    times: &[Range<u64>],
) -> Vec<Group<'lanes>> {
    let mut groups = Vec::<Group<'_>>::new();
    for thread in threads {
        let one = Group::of(thread, times);
        match groups.iter_mut().find(|group| group.habit == one.habit) {
            Some(group) => group.add(one),
            None => groups.push(one),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.threads.len()));
    groups
}

impl<'lanes> Habit<'lanes> {
    pub(crate) fn of(thread: &'lanes ThreadLane) -> Self {
        Spent::of(thread, ALWAYS).habit()
    }
}

impl<'lanes> Group<'lanes> {
    /// A thread alone.
    pub(crate) fn of(thread: &'lanes ThreadLane, times: &[Range<u64>]) -> Self {
        let spent = Spent::of(thread, times);
        Self { habit: spent.habit(), threads: vec![thread], spent }
    }

    fn add(&mut self, other: Self) {
        self.threads.extend(other.threads);
        self.spent.add(&other.spent);
    }

    /// The share of the time in which its threads were seen.
    pub(crate) fn share(&self) -> f64 {
        self.spent.share(self.habit)
    }

    /// How many processes its threads belong to.
    pub(crate) fn processes(&self) -> usize {
        let mut processes: Vec<_> = self.threads.iter().map(|thread| thread.thread.process).collect();
        processes.sort_unstable();
        processes.dedup();
        processes.len()
    }
}
