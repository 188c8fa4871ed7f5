//! Looks at a living process, and at its children, every few milliseconds (proc_pid_status(5)).
//!
//! *What to notice*: the kernel does not keep the peak of threads, so it has to be sampled, and a thread that lives for less
//! than `LOOK` may be missed. Looking takes CPU time beside the contestant, so it is done seldom. Only children of a
//! process's first thread are found.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use observe::Status;

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
    let Some(status) = Status::of(process) else { return Peaks::default() };
    let own = Peaks { threads: status.threads, memory_bytes: status.peak_resident_bytes };
    observe::children(process).into_iter().map(look).fold(own, |sum, child| Peaks {
        threads: sum.threads.map(|threads| threads + child.threads.unwrap_or(0)),
        memory_bytes: sum.memory_bytes.map(|bytes| bytes + child.memory_bytes.unwrap_or(0)),
    })
}
