//! Ends the measured program when the race that started it is gone, however the race ended.
//!
//! *How it waits*: in a blocking read of standard input, on a thread of its own. The race holds the only other end of that
//! pipe, so the system closes it when the race ends, also by SIGKILL.
//!
//! *What to notice*: comparing `getppid(2)` with what it was cannot replace the pipe: the race may be gone before the first
//! look. And whoever is started later belongs to the process group already, so that one signal reaches all of it: a `fork(2)`
//! that has a signal pending starts again, and so never leaves the group with a process that the signal missed.
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
    use nix::sys::signal::{Signal, killpg};
    use nix::unistd::{getpgrp, getpid};
    if getpgrp() == getpid() {
        // It ends this process as well, so there is no result to look at.
        let _ = killpg(getpgrp(), Signal::SIGKILL);
    }
}

#[cfg(not(unix))]
fn end_group() {}
