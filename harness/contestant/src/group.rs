//! A process and all that it starts, ended together.
//!
//! *What to notice*: Ctrl-C in a terminal reaches the foreground process group alone, so a group of its own has to be ended
//! by the process that started it. Dropping it does.

use std::io;
use std::process::{Child, Command};

/// A process in a group of its own.
pub(crate) struct Group(Child);

impl Group {
    pub(crate) fn spawn(command: &mut Command) -> io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        command.spawn().map(Self)
    }

    /// The first process of the group, for its pipes.
    pub(crate) fn leader(&mut self) -> &mut Child {
        &mut self.0
    }

    pub(crate) fn has_ended(&mut self) -> io::Result<bool> {
        Ok(self.0.try_wait()?.is_some())
    }

    /// Ends all processes of the group that are left.
    pub(crate) fn end(&mut self) {
        // It fails when no process is left.
        #[cfg(unix)]
        let _ = rustix::process::kill_process_group(
            rustix::process::Pid::from_child(&self.0),
            rustix::process::Signal::KILL,
        );
        #[cfg(not(unix))]
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}
