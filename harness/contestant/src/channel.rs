//! The way between the race and the measuring process, which no contestant can open: the report goes one way, and the end of
//! the race is seen the other way.
//!
//! *What to notice*: a pipe can be opened anew through `/proc/PID/fd` by every process of the same user, and its reader cannot
//! tell who has written to it. A socket pair cannot (open(2) gives ENXIO). It is the standard input of the measuring
//! process, so no number has to be handed over, and the contestant gets another standard input.
//!
//! *What is deliberately missing*: that protection on systems without Unix sockets.

#[cfg(unix)]
pub(crate) use unix::{Channel, Report};

#[cfg(not(unix))]
pub(crate) use portable::{Channel, Report};

#[cfg(unix)]
mod unix {
    use std::io::{self, Write};
    use std::net::Shutdown;
    use std::os::fd::{AsFd, OwnedFd};
    use std::os::unix::net::UnixStream;
    use std::process::{Child, Command, Stdio};

    use crate::report::Reading;
    use crate::watch::Watch;

    /// The end that the race holds. The system closes it however the race ends.
    pub(crate) struct Channel(UnixStream);

    /// The end that the measuring process holds.
    pub(crate) struct Report(UnixStream);

    impl Channel {
        /// Gives the other end to a process that is to be started.
        pub(crate) fn open(command: &mut Command) -> io::Result<Self> {
            let (ours, theirs) = UnixStream::pair()?;
            command.stdin(Stdio::from(OwnedFd::from(theirs))).stderr(Stdio::null());
            Ok(Self(ours))
        }

        pub(crate) fn report(&self, _: &mut Child, watch: Option<&Watch>) -> io::Result<Reading> {
            Ok(Reading::start(self.0.try_clone()?, watch))
        }

        /// Tells the measuring process to end all and itself.
        pub(crate) fn close(&self, _: &mut Child) {
            // It fails when the other end is gone.
            let _ = self.0.shutdown(Shutdown::Write);
        }
    }

    impl Report {
        pub(crate) fn open() -> io::Result<Self> {
            Ok(Self(io::stdin().as_fd().try_clone_to_owned()?.into()))
        }

        pub(crate) fn send(&self, report: &[u8]) -> io::Result<()> {
            (&self.0).write_all(report)
        }

        /// Waits until the race closes its end, or is gone.
        pub(crate) fn wait_for_the_end(&self) {
            // A socket that breaks has ended.
            let _ = io::copy(&mut &self.0, &mut io::sink());
        }

        pub(crate) fn try_clone(&self) -> io::Result<Self> {
            self.0.try_clone().map(Self)
        }
    }
}

#[cfg(not(unix))]
mod portable {
    use std::io::{self, Write};
    use std::process::{Child, Command, Stdio};

    use crate::report::Reading;
    use crate::watch::Watch;

    /// The race's part: both pipes are the child's.
    pub(crate) struct Channel;

    /// The measuring process's part: standard error one way, standard input the other.
    pub(crate) struct Report;

    impl Channel {
        pub(crate) fn open(command: &mut Command) -> io::Result<Self> {
            command.stdin(Stdio::piped()).stderr(Stdio::piped());
            Ok(Self)
        }

        pub(crate) fn report(&self, child: &mut Child, watch: Option<&Watch>) -> io::Result<Reading> {
            let pipe = child.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?;
            Ok(Reading::start(pipe, watch))
        }

        pub(crate) fn close(&self, child: &mut Child) {
            drop(child.stdin.take());
        }
    }

    impl Report {
        pub(crate) fn open() -> io::Result<Self> {
            Ok(Self)
        }

        pub(crate) fn send(&self, report: &[u8]) -> io::Result<()> {
            io::stderr().write_all(report)
        }

        pub(crate) fn wait_for_the_end(&self) {
            let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        }

        pub(crate) fn try_clone(&self) -> io::Result<Self> {
            Ok(Self)
        }
    }
}
