//! The connection between a supervisor and its worker.
//!
//! *What to notice*: on Unix it is a pair of sockets, and the worker's end is its standard input, in both directions. So what
//! a model prints on standard output cannot be taken for a verdict, and no descriptor needs a number of its own. Only the
//! supervisor holds the other end: the system closes it however the supervisor ends.

use std::io::{self, Read, Write};
use std::process::{Child, Command, Stdio};

/// The two directions of a link.
pub(super) type Ends = (Box<dyn Read + Send>, Box<dyn Write + Send>);

/// Starts a worker in a process group of its own, and returns the supervisor's ends.
#[cfg(unix)]
pub(super) fn start(command: &mut Command) -> io::Result<(Child, Ends)> {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    use std::os::unix::process::CommandExt;
    let (ours, theirs) = UnixStream::pair()?;
    command.process_group(0).stdin(OwnedFd::from(theirs)).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn();
    // The command keeps the worker's end open, which would hide that the worker has ended.
    command.stdin(Stdio::null());
    Ok((child?, (Box::new(ours.try_clone()?), Box::new(ours))))
}

/// Starts a worker, and returns the supervisor's ends: its standard output and input.
#[cfg(not(unix))]
pub(super) fn start(command: &mut Command) -> io::Result<(Child, Ends)> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let gone = || io::Error::other("a child without pipes");
    let input = child.stdin.take().ok_or_else(gone)?;
    let output = child.stdout.take().ok_or_else(gone)?;
    Ok((child, (Box::new(output), Box::new(input))))
}

/// The worker's ends.
#[cfg(unix)]
pub(super) fn to_supervisor() -> io::Result<Ends> {
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;
    let stream = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    Ok((Box::new(stream.try_clone()?), Box::new(stream)))
}

/// The worker's ends.
#[cfg(not(unix))]
pub(super) fn to_supervisor() -> io::Result<Ends> {
    Ok((Box::new(io::stdin()), Box::new(io::stdout())))
}

/// Ends this process with all that it has started.
pub(super) fn end_own_group() -> ! {
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

/// Ends a worker with all that it has started, and waits for its end.
pub(super) fn end(worker: &mut Child) {
    // Each fails when there is nothing left to end.
    #[cfg(unix)]
    let _ = rustix::process::kill_process_group(
        rustix::process::Pid::from_child(worker),
        rustix::process::Signal::KILL,
    );
    #[cfg(not(unix))]
    let _ = worker.kill();
    let _ = worker.wait();
}
