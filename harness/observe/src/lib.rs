//! What the operating system reports about processes and about the machine.
//!
//! *What to notice*: this is the one place of the harness that reads `/proc` (proc(5)) and calls `getrusage(2)`. What a
//! system does not report is `None`, or zero where only growth is compared.
//!
//! *What is deliberately missing*: judgement. The suite and the race decide what the numbers mean.

mod machine;
mod observed;
mod times;

mod system_calls;
mod threads;
mod watched;

pub use observed::{DescriptorLimits, Observed};
pub use threads::{queued, this_thread, thread_cpu_time, thread_queued};
pub use watched::{Doing, ThreadTimes, WatchedThread, script_name, thread_count, thread_name, threads_of};

use std::fs;
use std::time::Duration;

pub use machine::{Machine, Noise};
pub use times::ProcessTimes;

/// What a process has taken from the system and must give back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// Open descriptors.
    pub descriptors: usize,
    /// Living threads.
    pub threads: usize,
}

/// What `/proc` reports about a living process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Status {
    /// Threads now.
    pub threads: Option<u64>,
    /// The most memory that was resident so far.
    pub peak_resident_bytes: Option<u64>,
}

/// What all children that this process has waited for have used together.
#[derive(Clone, Copy, Debug, Default)]
pub struct EndedChildren {
    /// CPU time in user mode, in seconds.
    pub user_s: Option<f64>,
    /// CPU time in the kernel, in seconds.
    pub system_s: Option<f64>,
    /// The most memory that was resident in the largest of them.
    pub peak_resident_bytes: Option<u64>,
    /// How often they gave up their core because they had to wait.
    pub voluntary_switches: Option<u64>,
    /// How often the kernel gave their core to another thread.
    pub involuntary_switches: Option<u64>,
}

impl Status {
    /// The status of a process, while it lives.
    #[must_use]
    pub fn of(process: u32) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let number = |name| field(&status, name)?.split_whitespace().next()?.parse::<u64>().ok();
        Some(Self {
            threads: number("Threads"),
            peak_resident_bytes: number("VmHWM").map(|kibibytes| kibibytes * 1024),
        })
    }
}

/// The children of a process's first thread, in no order.
#[must_use]
pub fn children(process: u32) -> Vec<u32> {
    let list = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    numbers(&list)
}

/// The children of all threads of a process, in no order.
#[must_use]
pub fn all_children(process: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| numbers(&list)).collect()
}

/// All processes below a process, in no order: its children, their children, and so on, in whatever session they are.
#[must_use]
pub fn descendants(process: u32) -> Vec<u32> {
    let mut found = all_children(process);
    let mut seen = 0;
    while let Some(next) = found.get(seen) {
        found.extend(all_children(*next));
        seen += 1;
    }
    found
}

fn numbers(list: &str) -> Vec<u32> {
    list.split_whitespace().filter_map(|number| number.parse().ok()).collect()
}

/// The CPU time of this process so far, user and system; zero where it is not known.
#[must_use]
#[cfg(unix)]
pub fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// The CPU time of this process so far, user and system; zero where it is not known.
#[must_use]
#[cfg(not(unix))]
pub fn cpu_time() -> Duration {
    Duration::ZERO
}

/// CPU time in both modes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CpuTimes {
    /// In user mode.
    pub user: Duration,
    /// In the kernel.
    pub system: Duration,
}

/// What this process has used so far, and its children that ended and were waited for. `None` where it is not known.
#[must_use]
#[cfg(unix)]
pub fn cpu_times() -> Option<CpuTimes> {
    use nix::sys::resource::{UsageWho, getrusage};
    let own = getrusage(UsageWho::RUSAGE_SELF).ok()?;
    let children = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
    let duration = |time: nix::sys::time::TimeVal| {
        Duration::new(time.tv_sec().unsigned_abs(), time.tv_usec().unsigned_abs() as u32 * 1000)
    };
    Some(CpuTimes {
        user: duration(own.user_time()) + duration(children.user_time()),
        system: duration(own.system_time()) + duration(children.system_time()),
    })
}

/// Not known here.
#[must_use]
#[cfg(not(unix))]
pub fn cpu_times() -> Option<CpuTimes> {
    None
}

/// What `getrusage(2)` knows of the children that ended and were waited for.
#[must_use]
#[cfg(unix)]
pub fn ended_children() -> EndedChildren {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeVal;
    /// `ru_maxrss` counts kilobytes, but on macOS bytes.
    const RESIDENT_UNIT_BYTES: i64 = if cfg!(target_os = "macos") { 1 } else { 1024 };

    let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    let Ok(used) = getrusage(UsageWho::RUSAGE_CHILDREN) else { return EndedChildren::default() };
    EndedChildren {
        user_s: Some(seconds(used.user_time())),
        system_s: Some(seconds(used.system_time())),
        peak_resident_bytes: u64::try_from(used.max_rss() * RESIDENT_UNIT_BYTES).ok(),
        voluntary_switches: u64::try_from(used.voluntary_context_switches()).ok(),
        involuntary_switches: u64::try_from(used.involuntary_context_switches()).ok(),
    }
}

/// Not known here.
#[must_use]
#[cfg(not(unix))]
pub fn ended_children() -> EndedChildren {
    EndedChildren::default()
}

/// The processor's name.
#[must_use]
pub fn processor() -> Option<String> {
    field(&fs::read_to_string("/proc/cpuinfo").ok()?, "model name").map(String::from)
}

/// The machine's memory.
#[must_use]
pub fn memory_bytes() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let kibibytes: u64 = field(&text, "MemTotal")?.strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// The kernel's release.
#[must_use]
#[cfg(unix)]
pub fn kernel() -> Option<String> {
    Some(rustix::system::uname().release().to_str().ok()?.into())
}

/// Not known here.
#[must_use]
#[cfg(not(unix))]
pub fn kernel() -> Option<String> {
    None
}

/// The value of the first line `NAME : VALUE`.
fn field<'text>(text: &'text str, name: &str) -> Option<&'text str> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'))?;
    Some(line.trim())
}
