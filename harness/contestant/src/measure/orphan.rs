//! Ends the measured program when the race that started it is gone, however the race ended.
//!
//! *How it waits*: in a blocking read of standard input, on a thread of its own. The race holds the only other end of that
//! pipe, so the system closes it when the race ends, also by SIGKILL.
//!
//! *What to notice*: comparing `getppid(2)` with an earlier result cannot replace the pipe: the race may be gone before the
//! first look. One signal reaches all processes of the group, also one that is being started: a `fork(2)` with a signal
//! pending starts again (ERESTARTNOINTR), so no child is added behind the signal's back.
//!
//! *What is deliberately missing*: a program that leaves the process group, and systems without process groups.

use std::io;

/// Starts to watch standard input. Call it before anything else is started.
pub(super) fn end_with_input() {
    std::thread::spawn(|| {
        // An input that breaks has ended.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        end_group();
    });
}

/// Ends this process with all that it has started. Only the leader of a group does: another group is a shell's.
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
