//! The connection between a process of the suite and one that it has started: a supervisor and its worker, a worker and its host.
//!
//! *What to notice*: on Unix it is a pair of sockets, and the end of the process that was started is its standard input, in both
//! directions. So what a model prints on standard output cannot be taken for a verdict, and no descriptor needs a number of its
//! own. Only the process that started it holds the other end: the system closes it however that one ends.

use std::io::{self, Read, Write};
use std::process::{Child, Command, Stdio};

use super::below;

/// Whether no one prints on a link by mistake: elsewhere it is standard output.
pub(crate) const IS_PRIVATE: bool = cfg!(unix);

/// The two directions of a link.
pub(crate) type Ends = (Box<dyn Read + Send>, Box<dyn Write + Send>);

/// Whose process group a process is in that is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// One of its own, which ends with it.
    Own,
    /// That of the process that starts it, with which it ends.
    OfItsParent,
}

/// Starts a process, and returns the ends of the one that starts it.
#[cfg(unix)]
pub(super) fn start(command: &mut Command, group: Group) -> io::Result<(Child, Ends)> {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    use std::os::unix::process::CommandExt;
    let (ours, theirs) = UnixStream::pair()?;
    if group == Group::Own {
        command.process_group(0);
    }
    command.stdin(OwnedFd::from(theirs)).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn();
    // The command keeps the other end open, which would hide that the process has ended.
    command.stdin(Stdio::null());
    Ok((child?, (Box::new(ours.try_clone()?), Box::new(ours))))
}

/// Starts a process, and returns the ends of the one that starts it: its standard output and input.
#[cfg(not(unix))]
pub(super) fn start(command: &mut Command, _: Group) -> io::Result<(Child, Ends)> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let gone = || io::Error::other("a child without pipes");
    let input = child.stdin.take().ok_or_else(gone)?;
    let output = child.stdout.take().ok_or_else(gone)?;
    Ok((child, (Box::new(output), Box::new(input))))
}

/// The ends of a process that was started.
#[cfg(unix)]
pub(crate) fn of_this_process() -> io::Result<Ends> {
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;
    let stream = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    Ok((Box::new(stream.try_clone()?), Box::new(stream)))
}

/// The ends of a process that was started.
#[cfg(not(unix))]
pub(crate) fn of_this_process() -> io::Result<Ends> {
    Ok((Box::new(io::stdin()), Box::new(io::stdout())))
}

/// Ends this process with all that it has started.
pub(crate) fn end_own_group() -> ! {
    below::end(std::process::id());
    #[cfg(unix)]
    {
        use rustix::process::{Signal, getpgrp, getpid, kill_current_process_group};
        // Another group would be a shell's: then this process alone ends.
        if getpgrp() == getpid() {
            let _ = kill_current_process_group(Signal::KILL);
        }
    }
    std::process::abort()
}

/// Ends a process that was started, in a group of its own with that group, and waits for its end.
pub(super) fn end(child: &mut Child, group: Group) {
    if group == Group::Own {
        // What has left the group is found while its parents live.
        below::end(child.id());
    }
    // Each fails when there is nothing left to end.
    #[cfg(unix)]
    if group == Group::Own {
        use rustix::process::{Pid, Signal, kill_process_group};
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}
