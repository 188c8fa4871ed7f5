//! A process and all that it starts, ended together.
//!
//! *What to notice*: ctrl-C in a terminal reaches the foreground process group alone, so a group of its own is out of
//! its reach: whoever starts one must end it. Dropping it does.

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

    /// Ends whatever of it is left.
    pub(crate) fn end(&mut self) {
        // Where it fails, there is nobody left to end.
        #[cfg(unix)]
        let _ = nix::sys::signal::killpg(
            nix::unistd::Pid::from_raw(self.0.id().cast_signed()),
            nix::sys::signal::Signal::SIGKILL,
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
