//! Threads that do the same, together: what each of them did for most of the time.
//!
//! *What to notice*: a pool of 32 threads is one fact and not 32, in a sentence as well as in a picture that has no room.

use crate::{Lanes, ThreadLane, ThreadState};

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
}

/// All threads, in groups: the largest one first.
pub(crate) fn groups(lanes: &Lanes) -> Vec<Group<'_>> {
    let mut groups = Vec::<Group<'_>>::new();
    for thread in &lanes.threads {
        let habit = Habit::of(thread);
        match groups.iter_mut().find(|group| group.habit == habit) {
            Some(group) => group.threads.push(thread),
            None => groups.push(Group { habit, threads: vec![thread] }),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.threads.len()));
    groups
}

impl<'lanes> Habit<'lanes> {
    pub(crate) fn of(thread: &'lanes ThreadLane) -> Self {
        let asleep = thread.asleep_us().first().map(|(call, length_us)| (Self::SleptIn(call), *length_us));
        let others = [(Self::Queued, queued_us(thread)), (Self::Ran, thread.cpu_us())];
        let all = asleep.into_iter().chain(others);
        all.max_by_key(|(_, length_us)| *length_us).map_or(Self::Ran, |(habit, _)| habit)
    }

    /// For how much of the time in which it was seen a thread had this habit, in microseconds.
    pub(crate) fn length_us(self, thread: &ThreadLane) -> u64 {
        match self {
            Self::Ran => thread.cpu_us(),
            Self::Queued => queued_us(thread),
            Self::SleptIn(call) => {
                thread.asleep_us().iter().filter(|(other, _)| *other == call).map(|(_, us)| us).sum()
            }
        }
    }
}

impl Group<'_> {
    /// The share of the time in which its threads were seen.
    pub(crate) fn share(&self) -> f64 {
        let seen_us = self.threads.iter().map(|thread| thread.seen_us()).sum::<u64>();
        let habit_us = self.threads.iter().map(|thread| self.habit.length_us(thread)).sum::<u64>();
        habit_us as f64 / seen_us.max(1) as f64
    }

    /// How many processes its threads belong to.
    pub(crate) fn processes(&self) -> usize {
        let mut processes: Vec<_> = self.threads.iter().map(|thread| thread.thread.process).collect();
        processes.sort_unstable();
        processes.dedup();
        processes.len()
    }
}

fn queued_us(thread: &ThreadLane) -> u64 {
    let queued = thread.stretches.iter().filter(|stretch| stretch.state == ThreadState::Queued);
    queued.map(|stretch| stretch.length_us().saturating_sub(stretch.cpu_us)).sum()
}
