//! What single threads do: where they sleep, and how long they had to wait for a core.
//!
//! *What to notice*: a thread that spins and a thread that waits differ even where other programs want the cores. One that
//! spins is always running or queued for a core; one that waits is neither.

use std::borrow::Cow;
use std::fs;
use std::time::Duration;

use crate::system_calls;

/// The system's number of the thread that calls this.
#[must_use]
pub fn this_thread() -> Option<u32> {
    let link = fs::read_link("/proc/thread-self").ok()?;
    link.file_name()?.to_str()?.parse().ok()
}

/// The CPU time of the thread that calls this; zero where it is not known.
#[must_use]
#[cfg(unix)]
pub fn thread_cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// The CPU time of the thread that calls this; zero where it is not known.
#[must_use]
#[cfg(not(unix))]
pub fn thread_cpu_time() -> Duration {
    Duration::ZERO
}

/// What a system call is called that is known by its number, written out.
pub(crate) fn call_name(number: &str) -> Cow<'static, str> {
    let name = number.parse().ok().and_then(system_calls::name);
    name.map_or_else(|| format!("system call {number}").into(), Cow::Borrowed)
}

/// How long the threads of this process and of all below it were ready to run while others had the cores, all added up; zero
/// where it is not known (proc_pid_schedstat(5)).
#[must_use]
pub fn queued() -> Duration {
    let own = std::process::id();
    std::iter::once(own).chain(crate::descendants(own)).map(queued_threads).sum()
}

/// How long the thread that calls this was ready to run while others had the cores; zero where it is not known.
#[must_use]
pub fn thread_queued() -> Duration {
    let schedstat = fs::read_to_string("/proc/thread-self/schedstat");
    schedstat.map_or(Duration::ZERO, |line| run_delay(&line))
}

fn queued_threads(process: u32) -> Duration {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    tasks
        .filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok())
        .map(|line| run_delay(&line))
        .sum()
}

/// The second number of three: nanoseconds.
fn run_delay(schedstat: &str) -> Duration {
    let nanoseconds = schedstat.split_whitespace().nth(1).and_then(|number| number.parse().ok());
    nanoseconds.map_or(Duration::ZERO, Duration::from_nanos)
}
