//! Looks at a living process, and at its children, every few milliseconds (proc_pid_status(5)).
//!
//! *What to notice*: threads come and go, so nothing but looking tells their peak: one that lives for less than
//! [`LOOK`] may be missed. Whoever looks uses CPU time beside the contestant, so it looks seldom. Only children of a
//! process's first thread are found.

use std::fs;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Between two looks.
const LOOK: Duration = Duration::from_millis(5);

/// The most of each that was seen; nothing where there is no `/proc`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Peaks {
    pub(super) threads: Option<u64>,
    /// Resident memory: the sum of each process's peak.
    pub(super) memory_bytes: Option<u64>,
}

/// A thread that looks until it is told to end.
pub(super) struct Sampler {
    stop: Sender<()>,
    thread: JoinHandle<Peaks>,
}

impl Sampler {
    pub(super) fn start(process: u32) -> Self {
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            let mut peaks = Peaks::default();
            loop {
                peaks = peaks.max(look(process));
                if stopped.recv_timeout(LOOK) != Err(RecvTimeoutError::Timeout) {
                    return peaks;
                }
            }
        });
        Self { stop, thread }
    }

    pub(super) fn end(self) -> Peaks {
        drop(self.stop);
        self.thread.join().unwrap_or_default()
    }
}

impl Peaks {
    fn max(self, other: Self) -> Self {
        Self {
            threads: self.threads.max(other.threads),
            memory_bytes: self.memory_bytes.max(other.memory_bytes),
        }
    }
}

/// The process and all below it, added up.
fn look(process: u32) -> Peaks {
    let Some(status) = status(process) else { return Peaks::default() };
    let own = Peaks { threads: field(&status, "Threads:"), memory_bytes: peak_rss(&status) };
    children(process).into_iter().map(look).fold(own, |sum, child| Peaks {
        threads: sum.threads.map(|threads| threads + child.threads.unwrap_or(0)),
        memory_bytes: sum.memory_bytes.map(|bytes| bytes + child.memory_bytes.unwrap_or(0)),
    })
}

/// The most memory that a process had resident so far.
pub(super) fn peak_rss_bytes(process: u32) -> Option<u64> {
    peak_rss(&status(process)?)
}

fn peak_rss(status: &str) -> Option<u64> {
    field(status, "VmHWM:").map(|kilobytes| kilobytes * 1024)
}

fn status(process: u32) -> Option<String> {
    fs::read_to_string(format!("/proc/{process}/status")).ok()
}

fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

fn children(process: u32) -> Vec<u32> {
    let list = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|number| number.parse().ok()).collect()
}
