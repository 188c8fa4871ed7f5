//! One contestant's process, from its start to its end, however it ends.
//!
//! *How it waits*: it looks every few milliseconds: at the contestant, at the clock, and at Ctrl-C. The contestant's time
//! is measured by its own parent ([`crate::measure`]), so these looks cost it nothing.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Error;
use crate::capture::{Capture, Captured};
use crate::channel::Channel;
use crate::group::Group;
use crate::measure::{self, Measured};
use crate::protect::protect;
use crate::report::Reading;
use crate::watch::Watch;
use crate::{descendants, interrupt};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(10);
/// How long a pipe may stay open after the processes that held it were ended.
const PIPE_GRACE: Duration = Duration::from_secs(1);
/// Bytes of standard output that are kept, beside those for each call.
pub(crate) const OUTPUT_LIMIT_BYTES: u64 = 16 * 1024;
/// Bytes of standard output that are kept for each call.
const LINE_LIMIT_BYTES: u64 = 256;
/// The same for its milestones, when it is watched: a line of at most 70 bytes for each of six.
const MILESTONES_LIMIT_BYTES: u64 = 512;
/// How long the measuring process may take to end all and itself, once it was told to.
const END_GRACE: Duration = Duration::from_secs(3);

/// A contestant that runs; dropping it ends it, with all that it started.
pub struct Process {
    group: Group,
    channel: Channel,
    /// The children that this process had before.
    others: HashSet<u32>,
    stdout: Option<Capture>,
    report: Option<Reading>,
    start: Instant,
}

/// What is left of a contestant that has ended by itself.
pub struct Output {
    /// `None` when a process that could not be ended holds it open.
    pub stdout: Option<Captured>,
    /// `None` when it stopped or ended the process that measured it.
    pub measured: Option<Measured>,
}

impl Process {
    /// Starts `meanwhile measure --report-to-race -- WORDS`, where `meanwhile` is the file of a program that has this
    /// subcommand. Start and end one such process after the other: what it leaves behind is known by that.
    ///
    /// This process alone holds the other end of a channel, which the system closes however this process ends: the
    /// measuring process then ends the contestant and itself ([`crate::measure`]). If that one was ended, the contestant's
    /// processes become children of this one, which ends them.
    ///
    /// With `watch` its threads are watched, and what is seen is noted there.
    ///
    /// # Errors
    /// The system gives no process or no pipe.
    pub fn start(
        meanwhile: &Path,
        words: &[OsString],
        calls: usize,
        watch: Option<&Watch>,
    ) -> io::Result<Self> {
        let mut command = Command::new(meanwhile);
        command.args([measure::SUBCOMMAND, measure::REPORT_TO_RACE]);
        command.args(watch.map(|_| measure::WATCH)).arg("--").args(words);
        let channel = Channel::open(command.stdout(Stdio::piped()))?;
        protect();
        descendants::adopt_orphans();
        let others = descendants::children();
        let start = Instant::now();
        let mut group = Group::spawn(&mut command)?;
        let for_each_call = LINE_LIMIT_BYTES + watch.map_or(0, |_| MILESTONES_LIMIT_BYTES);
        let limit = OUTPUT_LIMIT_BYTES + for_each_call * calls as u64;
        let stdout = group.leader().stdout.take().map(|pipe| Capture::start(pipe, limit));
        let report = Some(channel.report(group.leader(), watch)?);
        Ok(Self { group, channel, others, stdout, report, start })
    }

    /// Waits for its end and calls `look` meanwhile; `None` when it had to be ended, which is after `limit`.
    ///
    /// # Errors
    /// It cannot be waited for, or an interrupt was noted.
    pub fn wait(mut self, limit: Duration, mut look: impl FnMut(Duration)) -> Result<Option<Output>, Error> {
        let broken = |error| Error::broken("waiting for a contestant", error);
        while !self.group.has_ended().map_err(broken)? {
            interrupt::check()?;
            if self.start.elapsed() > limit {
                return Ok(None);
            }
            if self.group.is_stopped() {
                // It cannot look at the contestant, and no answer to its end can be expected.
                self.group.end();
                break;
            }
            look(self.start.elapsed());
            std::thread::sleep(LOOK);
        }
        Ok(Some(self.output()))
    }

    fn output(mut self) -> Output {
        self.end();
        let stdout = self.stdout.take().and_then(|stdout| stdout.end(PIPE_GRACE));
        let measured = self.report.take().and_then(|report| report.end(PIPE_GRACE));
        Output { stdout, measured }
    }

    /// Ends all that is left. The measuring process does it, unless it does not live or does not answer.
    fn end(&mut self) {
        self.channel.close(self.group.leader());
        let start = Instant::now();
        while self.group.has_ended().is_ok_and(|ended| !ended) && start.elapsed() < END_GRACE {
            std::thread::sleep(Duration::from_millis(1));
        }
        self.group.end();
        descendants::end_all_but(&self.others);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}
