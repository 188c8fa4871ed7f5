//! The lane of one watched thread: looks at it become stretches in which it did the same.
//!
//! *What to notice*: the kernel accounts late. The CPU time of a thread that runs grows once in a few milliseconds, and a wait
//! for a core is accounted when it is over. So a look that finds a thread running, and little time accounted, decides
//! nothing: the next look decides about both intervals.

use std::time::Duration;

use observe::{Doing, ThreadTimes, WatchedThread};
use timeline::{Stretch, Thread, ThreadState};

/// A stretch that lasts so long is told before it is over, in microseconds.
const TELL_AFTER_US: u64 = 20_000;

/// A thread, and what it does at present.
pub(super) struct Lane {
    pub(super) thread: Thread,
    files: WatchedThread,
    /// What it had used at the start of the interval that is not decided yet.
    before: ThreadTimes,
    from: Duration,
    doing: Doing,
    /// The last stretch, which may go on.
    stretch: Option<Stretch>,
    /// Whether it was told that this one goes on.
    is_told: bool,
}

/// What came of a look.
pub(super) enum Look {
    /// It goes on with what it did.
    GoesOn,
    /// This stretch is over.
    Over(Stretch),
    /// The thread has ended, and this was its last stretch.
    Ended(Option<Stretch>),
}

impl Lane {
    /// A thread that is seen for the first time at `now`; nothing if it has ended.
    pub(super) fn new(thread: Thread, now: Duration) -> Option<Self> {
        let files = WatchedThread::open(thread.process, thread.thread)?;
        let (before, doing) = (files.times()?, files.doing()?);
        Some(Self { thread, files, before, from: now, doing, stretch: None, is_told: false })
    }

    /// Counts all that it has done from this moment on, which is when it was started.
    pub(super) fn began(mut self, at: Duration) -> Self {
        (self.before, self.from) = (ThreadTimes::default(), at);
        self
    }

    /// What it has done until `now`.
    pub(super) fn look(&mut self, now: Duration) -> Look {
        let Some((times, doing)) = self.see() else { return Look::Ended(self.stretch.take()) };
        self.doing = doing;
        let length = now.saturating_sub(self.from);
        let Some(state) = state(self.before, times, length, &self.doing) else { return Look::GoesOn };
        let next = Stretch {
            thread: self.thread.thread,
            from_us: micros(self.from),
            until_us: micros(now),
            state,
            cpu_us: micros(times.cpu.saturating_sub(self.before.cpu)),
        };
        (self.before, self.from) = (times, now);
        self.extend(next)
    }

    /// A thread that slept and has had no turn since then still sleeps, so that one file less is read.
    fn see(&self) -> Option<(ThreadTimes, Doing)> {
        let times = self.files.times()?;
        let still_sleeps = times == self.before && self.doing != Doing::Running;
        let doing = if still_sleeps { self.doing.clone() } else { self.files.doing()? };
        Some((times, doing))
    }

    fn extend(&mut self, next: Stretch) -> Look {
        match &mut self.stretch {
            Some(stretch) if stretch.state == next.state => {
                stretch.until_us = next.until_us;
                stretch.cpu_us += next.cpu_us;
                Look::GoesOn
            }
            stretch => {
                self.is_told = false;
                stretch.replace(next).map_or(Look::GoesOn, Look::Over)
            }
        }
    }

    /// The stretch that goes on, once, when it is long enough to be seen in a picture of a run under way.
    pub(super) fn goes_on(&mut self) -> Option<Stretch> {
        let stretch = self.stretch.as_ref().filter(|stretch| stretch.length_us() >= TELL_AFTER_US)?;
        (!std::mem::replace(&mut self.is_told, true)).then(|| stretch.clone())
    }

    /// Its last stretch.
    pub(super) fn end(self) -> Option<Stretch> {
        self.stretch
    }
}

/// What a thread did for most of an interval; nothing while that is not accounted.
fn state(before: ThreadTimes, now: ThreadTimes, length: Duration, doing: &Doing) -> Option<ThreadState> {
    let half = length / 2;
    if now.cpu.saturating_sub(before.cpu) >= half {
        return Some(ThreadState::Runs);
    }
    if now.queued.saturating_sub(before.queued) >= half {
        return Some(ThreadState::Queued);
    }
    match doing {
        Doing::AsleepIn(call) => Some(ThreadState::AsleepIn(call.to_string())),
        Doing::Running => None,
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
