//! What `/proc/PID/stat` tells of a process's time: when it started, whether it goes on, and the CPU time it used.
//!
//! *What to notice*: a process that has ended stays in `/proc` until its parent has waited for it, and nothing is left of
//! it to end.

use std::fs;

/// The time of one process.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProcessTimes {
    /// When it started, in clock ticks since the machine did. With the process's number it names a process for ever.
    pub start_ticks: u64,
    /// CPU time in user mode, in seconds, of its own threads.
    pub user_s: f64,
    /// CPU time in the kernel, in seconds, of its own threads.
    pub system_s: f64,
    /// Whether it has ended, and its parent has not waited for it yet.
    pub has_ended: bool,
    /// Whether a signal has stopped it.
    pub is_stopped: bool,
}

impl ProcessTimes {
    /// The times of a process, until its parent has waited for it.
    #[must_use]
    pub fn of(process: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        // The name, in parentheses, may hold anything. Fields are counted from the state, which is the third (proc_pid_stat(5)).
        let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
        Some(Self {
            start_ticks: ticks(22)?,
            user_s: seconds(ticks(14)?),
            system_s: seconds(ticks(15)?),
            has_ended: matches!(*fields.first()?, "Z" | "X"),
            is_stopped: *fields.first()? == "T",
        })
    }
}

/// Clock ticks as seconds.
#[cfg(unix)]
pub(crate) fn seconds(ticks: u64) -> f64 {
    ticks as f64 / rustix::param::clock_ticks_per_second() as f64
}

/// Never called: there is no `/proc` here.
#[cfg(not(unix))]
pub(crate) fn seconds(ticks: u64) -> f64 {
    ticks as f64 / 100.0
}
