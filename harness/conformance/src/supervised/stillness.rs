//! How long a run has not moved although its answers are there: a lost wake, seen before a deadline hides it.
//!
//! *What to notice*: looks of the watchdog are counted, not seconds. Where the machine stands still the watchdog does too, and
//! a process that computes or waits for a core may still notice its answers.

use std::time::Duration;

use observe::Observed;

use super::worker::LOOK;

/// Looks at a run in which nothing has moved.
pub(super) struct Stillness {
    looks: u32,
    /// How many milestones were reached.
    marks: usize,
    /// What this process and all below it had used and waited for before.
    busy: Option<Duration>,
}

impl Stillness {
    /// One more look at a run that has reached this number of milestones.
    pub(super) fn look(before: Option<Self>, marks: usize) -> Self {
        match before {
            Some(still) if still.marks == marks => Self { looks: still.looks + 1, ..still },
            _ => Self { looks: 0, marks, busy: busy() },
        }
    }

    /// Whether it has lasted this long, while their threads slept.
    pub(super) fn has_lasted(&self, limit: Duration) -> bool {
        let slept = || Some(busy()?.saturating_sub(self.busy?) < limit / 4);
        LOOK * self.looks >= limit && slept().unwrap_or(false)
    }
}

/// The CPU time of this process and of all below it, and how long their threads waited for a core, without the thread that looks;
/// `None` where the system does not tell.
fn busy() -> Option<Duration> {
    let this = Observed::this();
    if this.cpu_time().is_zero() {
        return None;
    }
    let all = this.cpu_time_with_all_below() + observe::queued();
    Some(all.saturating_sub(observe::thread_cpu_time() + observe::thread_queued()))
}
