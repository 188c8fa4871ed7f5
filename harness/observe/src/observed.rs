//! One process, this one or another, and what it uses of the system.
//!
//! *What to notice*: the system tells a process about others of the same user as much as about itself, so that the one that
//! judges need not be the one that is judged.

use std::fs;
use std::time::Duration;

use crate::threads::call_name;
use crate::{Resources, Status};

/// A process whose use of the system is looked at: this one, or another of the same user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The system's number of it; none for this process.
    number: Option<u32>,
}

/// How many descriptors a process may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DescriptorLimits {
    /// Its limit.
    pub now: Option<u64>,
    /// What it may raise that limit to.
    pub at_most: Option<u64>,
}

impl Observed {
    /// The process that asks.
    #[must_use]
    pub const fn this() -> Self {
        Self { number: None }
    }

    /// The process of that number.
    #[must_use]
    pub const fn process(number: u32) -> Self {
        Self { number: Some(number) }
    }

    /// The number of a process that is not this one.
    #[must_use]
    pub const fn other(self) -> Option<u32> {
        self.number
    }

    /// What it has taken from the system; zero where that is not known.
    #[must_use]
    pub fn resources(self) -> Resources {
        let entries = |folder| fs::read_dir(self.path(folder)).map_or(0, Iterator::count);
        Resources { descriptors: entries("fd"), threads: entries("task") }
    }

    /// Its CPU time so far, user and system; zero where that is not known.
    #[must_use]
    pub fn cpu_time(self) -> Duration {
        self.number.map_or_else(crate::cpu_time, |number| cpu_time_of(number).unwrap_or_default())
    }

    /// The same with that of all living processes below it.
    #[must_use]
    pub fn cpu_time_with_all_below(self) -> Duration {
        let below = crate::descendants(self.number.unwrap_or_else(std::process::id));
        let below = below.into_iter().map(|process| Self::process(process).cpu_time());
        self.cpu_time() + below.sum::<Duration>()
    }

    /// The peak of its resident memory since [`forget_peak`](Self::forget_peak), in bytes.
    #[must_use]
    pub fn peak_resident_bytes(self) -> Option<u64> {
        Status::of(self.number.unwrap_or_else(std::process::id))?.peak_resident_bytes
    }

    /// Makes its memory that is resident now the new peak.
    pub fn forget_peak(self) {
        // Where this is not allowed the old peak stays, which can only hide growth below it.
        let _ = fs::write(self.path("clear_refs"), "5");
    }

    /// The system call in which a thread of it sleeps; nothing while it runs, and where it is not known
    /// (proc_pid_syscall(5)).
    #[must_use]
    pub fn asleep_in(self, thread: u32) -> Option<String> {
        let line = fs::read_to_string(self.path(&format!("task/{thread}/syscall"))).ok()?;
        // "running" is no number, and -1 is a thread that sleeps in no system call.
        let number = line.split_whitespace().next()?;
        number.parse::<u64>().is_ok().then(|| call_name(number).into_owned())
    }

    /// How many descriptors it may have now, and at most; nothing where there is no limit, or none is known (proc_pid_limits(5)).
    #[must_use]
    pub fn descriptor_limits(self) -> DescriptorLimits {
        match self.number {
            Some(number) => limits_of(number).unwrap_or_default(),
            None => own_limits(),
        }
    }

    fn path(self, entry: &str) -> String {
        match self.number {
            Some(number) => format!("/proc/{number}/{entry}"),
            None => format!("/proc/self/{entry}"),
        }
    }
}

/// Of threads that have ended, too, which `/proc` keeps in clock ticks only (clock_getcpuclockid(3)).
#[cfg(target_os = "linux")]
fn cpu_time_of(number: u32) -> Option<Duration> {
    use nix::time::ClockId;
    use nix::unistd::Pid;
    let clock = ClockId::pid_cpu_clock_id(Pid::from_raw(i32::try_from(number).ok()?)).ok()?;
    Some(clock.now().ok()?.into())
}

/// Not known here.
#[cfg(not(target_os = "linux"))]
fn cpu_time_of(_: u32) -> Option<Duration> {
    None
}

fn limits_of(number: u32) -> Option<DescriptorLimits> {
    let limits = fs::read_to_string(format!("/proc/{number}/limits")).ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    let mut limits = line.split_whitespace().map(|limit| limit.parse().ok());
    Some(DescriptorLimits { now: limits.next()?, at_most: limits.next()? })
}

#[cfg(unix)]
fn own_limits() -> DescriptorLimits {
    use rustix::process::{Resource, getrlimit};
    let limits = getrlimit(Resource::Nofile);
    DescriptorLimits { now: limits.current, at_most: limits.maximum }
}

/// Not known here.
#[cfg(not(unix))]
fn own_limits() -> DescriptorLimits {
    DescriptorLimits::default()
}
