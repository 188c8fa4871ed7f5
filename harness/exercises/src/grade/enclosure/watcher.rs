//! Looks at all processes of an enclosure, and ends them when they use more than they may.
//!
//! *How it waits*: twenty looks a second, on a thread of the first process.
//!
//! *What to notice*: what is ended is a row's end, and not the whole judgement's: the suite starts a new worker for the next row. A
//! student's processes cannot end the watcher where they have a process namespace, since nothing in one can signal its first process.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use observe::{ProcessTimes, Status};

use super::limits::Bounds;

/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// Between two looks at processes that are ending.
const LOOK_AT_ENDS: Duration = Duration::from_millis(2);
/// How long they may take to end, also where they start others meanwhile.
const PATIENCE: Duration = Duration::from_secs(3);

/// A watcher, and what it has seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Watcher(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The limit that was met since the last look at this.
    over: Option<String>,
    /// Whether the time is over.
    late: bool,
}

impl Watcher {
    /// Looks from now on until this process ends.
    pub(super) fn start(bounds: Bounds) -> Self {
        let watcher = Self::default();
        let (looking, started) = (watcher.clone(), Instant::now());
        thread::spawn(move || {
            loop {
                thread::sleep(LOOK);
                if started.elapsed() > bounds.time {
                    looking.end_all(|state| state.late = true);
                } else if let Some(why) = over(&bounds) {
                    looking.end_all(|state| state.over = Some(why));
                }
            }
        });
        watcher
    }

    /// Ends all processes. What asks meanwhile waits, so that no worker of the next row is ended with them.
    fn end_all(&self, note: impl FnOnce(&mut State)) {
        let mut state = self.state();
        note(&mut state);
        end_all_below(std::process::id());
    }

    /// The limit that was met since this was asked for the last time.
    pub(super) fn take_over(&self) -> Option<String> {
        self.state().over.take()
    }

    /// Whether the time is over.
    pub(super) fn is_late(&self) -> bool {
        self.state().late
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `used 1100 MiB of memory, of 1024`
fn over(bounds: &Bounds) -> Option<String> {
    let processes = living_below(std::process::id());
    if processes.len() > bounds.processes {
        return Some(format!(
            "ended: it ran {} processes at once, of at most {}",
            processes.len(),
            bounds.processes
        ));
    }
    let resident =
        |process: u32| Status::of(process).and_then(|status| status.peak_resident_bytes).unwrap_or(0);
    let bytes: u64 = processes.into_iter().chain([std::process::id()]).map(resident).sum();
    let mebibytes = |bytes: u64| bytes >> 20;
    (bytes > bounds.memory_bytes).then(|| {
        format!(
            "ended: it used {} MiB of memory, of at most {}",
            mebibytes(bytes),
            mebibytes(bounds.memory_bytes)
        )
    })
}

fn living_below(process: u32) -> Vec<u32> {
    let lives = |process: &u32| ProcessTimes::of(*process).is_some_and(|times| !times.has_ended);
    observe::descendants(process).into_iter().filter(lives).collect()
}

/// Ends all processes below one. They are stopped first, so that none starts another one meanwhile.
pub(super) fn end_all_below(process: u32) {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        let living = living_below(process);
        if living.is_empty() {
            return;
        }
        living.iter().for_each(|process| signal(*process, Signalled::Stop));
        living.iter().for_each(|process| signal(*process, Signalled::Kill));
        thread::sleep(LOOK_AT_ENDS);
    }
}

#[derive(Clone, Copy)]
enum Signalled {
    Stop,
    Kill,
}

#[cfg(unix)]
fn signal(process: u32, what: Signalled) {
    use rustix::process::{Pid, Signal, kill_process};
    let signal = match what {
        Signalled::Stop => Signal::STOP,
        Signalled::Kill => Signal::KILL,
    };
    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    // It fails when the process has just ended.
    let _ = process.map(|process| kill_process(process, signal));
}

/// Never called: no process is found here.
#[cfg(not(unix))]
fn signal(_: u32, _: Signalled) {}
