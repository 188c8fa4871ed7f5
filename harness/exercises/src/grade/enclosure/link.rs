//! The connection between the grader and an enclosure: lines of JSON on a pair of sockets.
//!
//! *What to notice*: as in the suite, the end in the enclosure is standard input, in both directions. It is given to no process
//! below the first one, and a socket cannot be opened through `/proc`, as a pipe can.

use std::io::{self, Read, Write};
use std::process::{Child, Command, Stdio};

use serde::Serialize;

/// The two directions of a link.
pub(super) type Ends = (Box<dyn Read + Send>, Box<dyn Write + Send>);

/// Starts a process, and returns the grader's ends.
#[cfg(unix)]
pub(super) fn start(command: &mut Command) -> io::Result<(Child, Ends)> {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    let (ours, theirs) = UnixStream::pair()?;
    command.stdin(OwnedFd::from(theirs)).stdout(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn();
    // The command keeps the other end open, which would hide that the process has ended.
    command.stdin(Stdio::null());
    Ok((child?, (Box::new(ours.try_clone()?), Box::new(ours))))
}

/// Starts a process, and returns the grader's ends: its standard output and input.
#[cfg(not(unix))]
pub(super) fn start(command: &mut Command) -> io::Result<(Child, Ends)> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let gone = || io::Error::other("a child without pipes");
    let (input, output) = (child.stdin.take().ok_or_else(gone)?, child.stdout.take().ok_or_else(gone)?);
    Ok((child, (Box::new(output), Box::new(input))))
}

/// The ends of a process that was started.
#[cfg(unix)]
pub(super) fn of_this_process() -> io::Result<Ends> {
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;
    let stream = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    Ok((Box::new(stream.try_clone()?), Box::new(stream)))
}

/// The ends of a process that was started.
#[cfg(not(unix))]
pub(super) fn of_this_process() -> io::Result<Ends> {
    Ok((Box::new(io::stdin()), Box::new(io::stdout())))
}

/// Writes one line, in one piece.
pub(super) fn say(mut to: impl Write, message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    to.write_all(&line)?;
    to.flush()
}
