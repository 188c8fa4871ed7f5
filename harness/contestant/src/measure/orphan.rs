//! Ends the measured program when the race that started it is gone, however the race ended.
//!
//! *How it waits*: in a blocking read of the channel to the race, on a thread of its own. The system closes the race's end
//! when the race ends, also by SIGKILL.
//!
//! *What to notice*: comparing `getppid(2)` with an earlier result cannot replace the channel: the race may be gone before the
//! first look. The program is started under a lock that this thread takes and keeps, so none is started behind its back.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::channel::Report;
use crate::descendants;

/// Held while something is started; taken for ever when the race has ended.
#[derive(Clone, Default)]
pub(super) struct Starts(Arc<Mutex<()>>);

impl Starts {
    /// Starts something, unless the race has ended: then this process ends here.
    pub(super) fn start<T>(&self, start: impl FnOnce() -> T) -> T {
        let _held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        start()
    }
}

/// Watches the race from now on. Call it before anything is started.
pub(super) fn end_with_the_race(race: Report, starts: Starts) {
    std::thread::spawn(move || {
        race.wait_for_the_end();
        let _kept = starts.0.lock().unwrap_or_else(PoisonError::into_inner);
        descendants::end_all_but(&HashSet::new());
        end_group();
        std::process::exit(1);
    });
}

/// Ends what is left of the process group, this process included. Only the leader of a group does: another group is a shell's.
#[cfg(unix)]
fn end_group() {
    use rustix::process::{Signal, getpgrp, getpid, kill_current_process_group};
    if getpgrp() == getpid() {
        // It ends this process as well, so there is no result to look at.
        let _ = kill_current_process_group(Signal::KILL);
    }
}

#[cfg(not(unix))]
fn end_group() {}
