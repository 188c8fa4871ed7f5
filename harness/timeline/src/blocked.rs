//! Who blocks the loop: stretches in which a thread that waits for several calls did something else, while answers lay ready.
//!
//! *What to notice*: there are two ways to know. A client that tells its milestones names the call whose work it was, and says
//! when it came to each other answer. Of any other program it is known that its thread was away from the system call in which
//! it waits, and which answers came meanwhile; the call is then a likely one and no certain one.
//!
//! *What is deliberately missing*: threads with one call each. While one of them computes, no other answer waits for it.

use std::ops::Range;

use serde::Serialize;

use crate::pace::most_at_once;
use crate::spent::times_of_waiting;
use crate::waiters::news_of_many;
use crate::{CallLane, CallState, Lanes, Stretch, ThreadLane, ThreadState};

/// Shorter stretches are not reported: every piece of work delays other answers a little.
pub const BLOCKED_US: u64 = 20_000;

/// A thread is not looked at more often than every few milliseconds.
const BETWEEN_LOOKS_US: u64 = 10_000;

/// With more threads than this, there may be others that were not watched.
const MANY_THREADS: usize = 32;

/// A stretch in which one thread kept answers waiting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Blocked {
    /// Which thread.
    pub thread: u32,
    /// From when.
    pub from_us: u64,
    /// Until when.
    pub until_us: u64,
    /// How many answers lay ready at some time of it.
    pub ready: usize,
    /// What the thread did.
    pub by: Blocker,
}

/// What kept a thread from its answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Blocker {
    /// The work with the reply of this call, as the client says.
    Work(usize),
    /// It was away from the system call in which it waits.
    Away {
        /// That system call.
        from: String,
        /// The call whose answer came last before it.
        after: Option<usize>,
    },
}

/// All such stretches, in the order in which they began.
#[must_use]
pub fn blocked(lanes: &Lanes) -> Vec<Blocked> {
    let tells = lanes.calls.iter().any(|call| call.handled_on.is_some());
    let mut blocked = if tells { by_work(lanes) } else { by_absence(lanes) };
    blocked.sort_by_key(|blocked| (blocked.from_us, blocked.thread));
    blocked
}

impl Blocked {
    /// How long it lasted, in microseconds.
    #[must_use]
    pub const fn length_us(&self) -> u64 {
        self.until_us - self.from_us
    }
}

/// The work of each call that was done on the thread that had to read other answers.
fn by_work(lanes: &Lanes) -> Vec<Blocked> {
    let mut threads: Vec<_> = lanes.calls.iter().filter_map(|call| call.worked_on).collect();
    threads.sort_unstable();
    threads.dedup();
    threads.into_iter().flat_map(|thread| by_work_on(lanes, thread)).collect()
}

fn by_work_on(lanes: &Lanes, thread: u32) -> Vec<Blocked> {
    let read_here = || lanes.calls.iter().filter(|call| call.handled_on == Some(thread));
    let mut ready_us: Vec<_> = read_here().filter_map(|call| call.answered_us).collect();
    let mut handled_us: Vec<_> =
        read_here().filter(|call| call.answered_us.is_some()).map(handled_us).collect();
    ready_us.sort_unstable();
    handled_us.sort_unstable();
    let done_here = lanes.calls.iter().filter(|call| call.worked_on == Some(thread));
    let work = done_here.filter_map(|call| {
        let work = call.spans.iter().find(|span| span.state == CallState::Computing)?;
        let (from_us, until_us) = (work.from_us, work.until_us);
        let came = ready_us.partition_point(|at_us| *at_us < until_us);
        // The call itself is among those that were handled when its work began.
        let handled = handled_us.partition_point(|at_us| *at_us <= from_us);
        let ready = came.saturating_sub(handled);
        Some(Blocked { thread, from_us, until_us, ready, by: Blocker::Work(call.call) })
    });
    work.filter(|blocked| blocked.ready > 0 && blocked.length_us() > BLOCKED_US).collect()
}

/// When the client came to the answer: when its work began, or when the call was over.
fn handled_us(call: &CallLane) -> u64 {
    let work = call.spans.iter().find(|span| span.state == CallState::Computing);
    work.map_or(call.until_us(), |span| span.from_us)
}

/// What is known of a program that tells nothing. It has threads that wait for several calls if it has fewer threads than
/// calls under way.
fn by_absence(lanes: &Lanes) -> Vec<Blocked> {
    let threads = lanes.threads.len();
    if threads > MANY_THREADS || most_at_once(&lanes.calls) <= threads {
        return Vec::new();
    }
    let mut answers: Vec<_> =
        lanes.calls.iter().filter_map(|call| Some((call.answered_us?, call.call))).collect();
    answers.sort_unstable();
    let times = times_of_waiting(lanes);
    lanes.threads.iter().flat_map(|thread| absences(thread, &times, &answers)).collect()
}

fn absences(thread: &ThreadLane, times: &[Range<u64>], answers: &[(u64, usize)]) -> Vec<Blocked> {
    // One that does not sleep while calls wait may look for answers all the time.
    let slept = news_of_many(thread, times).filter(|(_, slept_us)| *slept_us > BLOCKED_US);
    let Some((from, _)) = slept else { return Vec::new() };
    let is_away = |stretch: &Stretch| !matches!(&stretch.state, ThreadState::AsleepIn(call) if call == from);
    let away = thread.stretches.chunk_by(|one, next| is_away(one) == is_away(next));
    let away = away.filter(|stretches| stretches.first().is_some_and(is_away));
    let blocked = away.filter_map(|stretches| absence(thread.thread.thread, from, stretches, answers));
    blocked.collect()
}

/// Stretches that follow each other, if they are long enough and answers came meanwhile.
fn absence(thread: u32, from: &str, away: &[Stretch], answers: &[(u64, usize)]) -> Option<Blocked> {
    let (from_us, until_us) = (away.first()?.from_us, away.last()?.until_us);
    // Waiting for a core is not the thread's own doing.
    let own_us = away.iter().map(|stretch| match stretch.state {
        ThreadState::Queued => stretch.cpu_us,
        ThreadState::Runs | ThreadState::AsleepIn(_) => stretch.length_us(),
    });
    if own_us.fold(0, u64::saturating_add) <= BLOCKED_US {
        return None;
    }
    let before = |at_us: u64| answers.partition_point(|(answered_us, _)| *answered_us <= at_us);
    // The answer that it went away with may lie on either side of the look at the thread.
    let earlier = before(from_us.saturating_sub(BETWEEN_LOOKS_US));
    let is_near = answers.get(earlier).is_some_and(|(at_us, _)| *at_us <= from_us + BETWEEN_LOOKS_US);
    let began = if is_near { earlier + 1 } else { earlier };
    let after = began.checked_sub(1).map(|last| answers[last].1);
    let ready = before(until_us.saturating_sub(BETWEEN_LOOKS_US)).saturating_sub(began);
    let by = Blocker::Away { from: from.into(), after };
    (ready > 0).then_some(Blocked { thread, from_us, until_us, ready, by })
}
