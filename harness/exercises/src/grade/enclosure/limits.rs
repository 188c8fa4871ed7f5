//! What an enclosure may use.
//!
//! *What to notice*: memory is what is resident, which a watcher adds up. A limit of the address space would stop the compiler,
//! and one of the data segment a model that is right: threads and coroutines reserve stacks that they never touch. Processes are
//! counted by the watcher too: the system's own limit does not hold for root, and counts all that a user runs.

use std::time::Duration;

/// What the processes of an enclosure may use together, but for the first one's own file and time limits.
#[derive(Clone, Copy, Debug)]
pub(in crate::grade) struct Bounds {
    /// Processes at the same time, below the first one.
    pub(super) processes: usize,
    /// Resident memory of all, the first one included.
    pub(super) memory_bytes: u64,
    /// The largest file that one may write.
    pub(super) file_bytes: u64,
    /// How long it may take.
    pub(super) time: Duration,
}

/// Threads of one user in a namespace of its own; ordinary users are held to it by the system, beside the watcher.
#[cfg(target_os = "linux")]
const THREADS: u64 = 8192;

impl Bounds {
    /// For cargo, the compiler and the linker.
    pub(in crate::grade) const fn of_a_build(time: Duration) -> Self {
        Self { processes: 200, memory_bytes: 4 << 30, file_bytes: 1 << 30, time }
    }

    /// For the suite's worker, the host with the model, and what a model of several processes starts.
    pub(in crate::grade) const fn of_a_judgement(time: Duration) -> Self {
        Self { processes: 100, memory_bytes: 1 << 30, file_bytes: 64 << 20, time }
    }

    /// Sets what the system limits by itself, for this process and all below it.
    #[cfg(target_os = "linux")]
    pub(super) fn set(&self) {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limits = [(Resource::Core, 0), (Resource::Fsize, self.file_bytes), (Resource::Nproc, THREADS)];
        for (resource, limit) in limits {
            let most = getrlimit(resource).maximum.map_or(limit, |most| most.min(limit));
            // A limit that cannot be lowered stays what it was.
            let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
        }
    }

    /// Only the watcher limits here.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn set(&self) {
        let _ = self.file_bytes;
    }
}
