//! Looks at all processes below this one every few milliseconds (proc_pid_status(5)).
//!
//! *What to notice*: the kernel does not keep the peak of threads, so it has to be sampled, and a thread that lives for less
//! than `LOOK` may be missed. Looking takes CPU time beside the contestant, so it is done seldom. Only children of a
//! process's first thread are found. CPU time is sampled as well: a program that ignores SIGCHLD never waits for its
//! children, and the kernel then adds their time to no account.

use std::collections::HashMap;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use observe::{ProcessTimes, Status};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(5);

/// How many looks there are for one at CPU time.
const LOOKS_FOR_CPU: usize = 4;

/// The most of each that was seen; nothing where there is no `/proc`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Peaks {
    pub(super) threads: Option<u64>,
    /// Resident memory: the sum of each process's peak.
    pub(super) memory_bytes: Option<u64>,
    /// The sum of what each process had used when it was last seen.
    pub(super) cpu: CpuTime,
}

/// CPU time in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CpuTime {
    pub(super) user_s: f64,
    pub(super) system_s: f64,
}

/// What each process had used when it was last seen, by its number and its start.
type LastSeen = HashMap<(u32, u64), CpuTime>;

/// A thread that looks until it is told to end.
pub(super) struct Sampler {
    stop: Sender<()>,
    thread: JoinHandle<Peaks>,
}

impl Sampler {
    pub(super) fn start() -> Self {
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            let (mut peaks, mut last_seen) = (Peaks::default(), LastSeen::new());
            for number in 0.. {
                let processes = processes();
                peaks = peaks.max(look(&processes));
                if number % LOOKS_FOR_CPU == 0 {
                    last_seen.extend(processes.into_iter().filter_map(cpu_time));
                }
                if stopped.recv_timeout(LOOK) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
            Peaks { cpu: CpuTime::sum(last_seen.values()), ..peaks }
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
            ..self
        }
    }
}

impl CpuTime {
    /// The exact account, unless the sampled one has more: then a part of it was never accounted.
    pub(super) fn or_if_more(self, sampled: Self) -> Self {
        if sampled.total_s() > self.total_s() { sampled } else { self }
    }

    fn total_s(self) -> f64 {
        self.user_s + self.system_s
    }

    fn sum<'time>(times: impl Iterator<Item = &'time Self>) -> Self {
        times.fold(Self::default(), |sum, time| Self {
            user_s: sum.user_s + time.user_s,
            system_s: sum.system_s + time.system_s,
        })
    }
}

/// All processes below this one.
fn processes() -> Vec<u32> {
    let mut found = observe::children(std::process::id());
    let mut seen = 0;
    while let Some(next) = found.get(seen) {
        found.extend(observe::children(*next));
        seen += 1;
    }
    found
}

/// The processes, added up.
fn look(processes: &[u32]) -> Peaks {
    let seen = processes.iter().filter_map(|process| Status::of(*process));
    seen.fold(Peaks::default(), |sum, status| Peaks {
        threads: add(sum.threads, status.threads),
        memory_bytes: add(sum.memory_bytes, status.peak_resident_bytes),
        ..sum
    })
}

fn add(sum: Option<u64>, more: Option<u64>) -> Option<u64> {
    sum.map_or(more, |sum| Some(sum + more.unwrap_or(0)))
}

fn cpu_time(process: u32) -> Option<((u32, u64), CpuTime)> {
    let ProcessTimes { start_ticks, user_s, system_s, .. } = ProcessTimes::of(process)?;
    Some(((process, start_ticks), CpuTime { user_s, system_s }))
}
