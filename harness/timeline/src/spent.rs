//! For how much of some time a thread ran, waited for a core, and slept, and in which system call.
//!
//! *What to notice*: the time can have gaps. What a thread did while calls waited says how it waits; what it did afterwards,
//! with the answers, says something else.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::group::Habit;
use crate::{CallLane, CallSpan, CallState, Lanes, Stretch, ThreadLane, ThreadState};

/// The whole run.
pub(crate) const ALWAYS: &[Range<u64>] = &[Range { start: 0, end: u64::MAX }];

/// What one or several threads did in some time, added up, in microseconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spent<'lanes> {
    pub(crate) seen_us: u64,
    ran_us: u64,
    queued_us: u64,
    pub(crate) asleep_us: BTreeMap<&'lanes str, u64>,
}

/// The states of a call in which its client can do nothing but wait.
const WAITS: [CallState; 3] = [CallState::Connecting, CallState::Waiting, CallState::Receiving];

/// When calls waited; the whole run where there are none.
pub(crate) fn times_of_waiting(lanes: &Lanes) -> Vec<Range<u64>> {
    match times_of(&lanes.calls, &WAITS) {
        times if times.is_empty() => vec![Range { start: 0, end: lanes.until_us }],
        times => times,
    }
}

/// When any of these calls was in one of these states: ranges that neither overlap nor touch, in order.
pub(crate) fn times_of(calls: &[CallLane], states: &[CallState]) -> Vec<Range<u64>> {
    let spans = calls.iter().flat_map(|call| &call.spans).filter(|span| states.contains(&span.state));
    let mut all: Vec<_> = spans.map(|CallSpan { from_us, until_us, .. }| *from_us..*until_us).collect();
    all.sort_unstable_by_key(|range| range.start);
    let mut times = Vec::<Range<u64>>::new();
    for range in all {
        match times.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            Some(_) | None => times.push(range),
        }
    }
    times
}

/// How long these times are together.
pub(crate) fn length_us(times: &[Range<u64>]) -> u64 {
    times.iter().map(|range| range.end - range.start).sum()
}

impl<'lanes> Spent<'lanes> {
    /// What this thread did in these times, if it did it evenly within each stretch.
    pub(crate) fn of(thread: &'lanes ThreadLane, times: &[Range<u64>]) -> Self {
        let mut spent = Self::default();
        for stretch in &thread.stretches {
            spent.note(stretch, common_us(stretch, times));
        }
        spent
    }

    fn note(&mut self, stretch: &'lanes Stretch, common_us: u64) {
        let share = common_us as f64 / stretch.length_us().max(1) as f64;
        let ran_us = ((stretch.cpu_us as f64 * share) as u64).min(common_us);
        add(&mut self.seen_us, common_us);
        add(&mut self.ran_us, ran_us);
        match &stretch.state {
            ThreadState::Runs => {}
            ThreadState::Queued => add(&mut self.queued_us, common_us - ran_us),
            ThreadState::AsleepIn(call) => {
                add(self.asleep_us.entry(call).or_default(), common_us - ran_us);
            }
        }
    }

    /// What another thread did as well.
    pub(crate) fn add(&mut self, other: &Self) {
        add(&mut self.seen_us, other.seen_us);
        add(&mut self.ran_us, other.ran_us);
        add(&mut self.queued_us, other.queued_us);
        for (call, asleep_us) in &other.asleep_us {
            add(self.asleep_us.entry(call).or_default(), *asleep_us);
        }
    }

    /// What took most of the time.
    pub(crate) fn habit(&self) -> Habit<'lanes> {
        let asleep = self.asleep_us.iter().map(|(call, us)| (Habit::SleptIn(call), *us));
        let awake = [(Habit::Queued, self.queued_us), (Habit::Ran, self.ran_us)];
        let all = asleep.chain(awake);
        all.max_by_key(|(_, us)| *us).map_or(Habit::Ran, |(habit, _)| habit)
    }

    /// For how much of the time it had this habit, from 0 to 1.
    pub(crate) fn share(&self, habit: Habit<'_>) -> f64 {
        let habit_us = match habit {
            Habit::Ran => self.ran_us,
            Habit::Queued => self.queued_us,
            Habit::SleptIn(call) => self.asleep_us.get(call).copied().unwrap_or(0),
        };
        habit_us as f64 / self.seen_us.max(1) as f64
    }
}

/// A file may have times that cannot be true.
const fn add(sum_us: &mut u64, more_us: u64) {
    *sum_us = sum_us.saturating_add(more_us);
}

/// How much of a stretch lies in these times.
fn common_us(stretch: &Stretch, times: &[Range<u64>]) -> u64 {
    let first = times.partition_point(|range| range.end <= stretch.from_us);
    let common = times[first..].iter().take_while(|range| range.start < stretch.until_us);
    let lengths =
        common.map(|range| range.end.min(stretch.until_us).saturating_sub(range.start.max(stretch.from_us)));
    lengths.fold(0, u64::saturating_add)
}
