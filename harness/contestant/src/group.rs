//! A process and all that it starts, ended together.
//!
//! *What to notice*: Ctrl-C in a terminal reaches the foreground process group alone, so a group of its own has to be ended
//! by the process that started it. Dropping it does.

use std::process::{Child, Command};
use std::{io, mem};

/// A process in a group of its own.
pub(crate) struct Group {
    leader: Child,
    has_been_ended: bool,
}

impl Group {
    pub(crate) fn spawn(command: &mut Command) -> io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        Ok(Self { leader: command.spawn()?, has_been_ended: false })
    }

    /// The first process of the group, for its pipes.
    pub(crate) fn leader(&mut self) -> &mut Child {
        &mut self.leader
    }

    /// Whether a signal has stopped its first process.
    pub(crate) fn is_stopped(&self) -> bool {
        observe::ProcessTimes::of(self.leader.id()).is_some_and(|times| times.is_stopped)
    }

    pub(crate) fn has_ended(&mut self) -> io::Result<bool> {
        Ok(self.leader.try_wait()?.is_some())
    }

    /// Ends all processes of the group that are left; once, since another group may get its number later.
    pub(crate) fn end(&mut self) {
        if mem::replace(&mut self.has_been_ended, true) {
            return;
        }
        // It fails when no process is left.
        #[cfg(unix)]
        let _ = rustix::process::kill_process_group(
            rustix::process::Pid::from_child(&self.leader),
            rustix::process::Signal::KILL,
        );
        #[cfg(not(unix))]
        let _ = self.leader.kill();
        let _ = self.leader.wait();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}
