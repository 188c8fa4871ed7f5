//! What a process has taken from the system.

use std::time::Duration;

/// What must be the same before and after a run. Counted where `/proc` is; elsewhere nothing is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Resources {
    pub(super) descriptors: usize,
    pub(super) threads: usize,
}

impl Resources {
    pub(super) fn now() -> Self {
        let entries = |path| std::fs::read_dir(path).map_or(0, Iterator::count);
        Self { descriptors: entries("/proc/self/fd"), threads: entries("/proc/self/task") }
    }
}

/// The CPU time of this process so far, user and system.
#[cfg(unix)]
pub(super) fn cpu_time() -> Duration {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;
    let microseconds = getrusage(UsageWho::RUSAGE_SELF)
        .map_or(0, |usage| usage.user_time().num_microseconds() + usage.system_time().num_microseconds());
    Duration::from_micros(microseconds.unsigned_abs())
}

/// Not measured here.
#[cfg(not(unix))]
pub(super) fn cpu_time() -> Duration {
    Duration::ZERO
}

/// The most memory this process has had resident since [`forget_peak`], in bytes (`VmHWM`, proc(5)).
pub(super) fn peak_resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// Begins a new peak (`/proc/self/clear_refs`, proc(5)).
pub(super) fn forget_peak() {
    // Where it is not allowed the old peak stays, which can only hide a growth below it.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}
