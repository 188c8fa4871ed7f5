//! One contestant's process, from its start to its end, however it ends.
//!
//! *How it waits*: it looks every few milliseconds: at the contestant, at the clock, and at Ctrl-C. The contestant's time
//! is measured by its own parent ([`crate::measure`]), so these looks cost it nothing.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Error;
use crate::capture::{Capture, Captured};
use crate::group::Group;
use crate::interrupt;
use crate::measure::{self, Measured};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(10);
/// How long a pipe may stay open after the processes that held it were ended.
const PIPE_GRACE: Duration = Duration::from_secs(1);
/// Bytes of standard output that are kept, beside those for each call.
pub(crate) const OUTPUT_LIMIT_BYTES: u64 = 16 * 1024;
/// Bytes of standard output that are kept for each call.
const LINE_LIMIT_BYTES: u64 = 256;
/// Bytes of the report on standard error that are kept.
const REPORT_LIMIT_BYTES: u64 = 1024 * 1024;

/// A contestant that runs; dropping it ends it, with all that it started.
pub struct Process {
    group: Group,
    stdout: Option<Capture>,
    report: Option<Capture>,
    start: Instant,
}

/// What is left of a contestant that has ended by itself.
pub struct Output {
    /// `None` when a process that left its group holds it open.
    pub stdout: Option<Captured>,
    /// `None` when it ended the process that measured it.
    pub measured: Option<Measured>,
}

impl Process {
    /// Starts `meanwhile measure --end-with-input -- WORDS`, where `meanwhile` is the file of a program that has this
    /// subcommand.
    ///
    /// This process alone holds the other end of its standard input, which the system closes however this process ends:
    /// the measuring process then ends the contestant and itself ([`crate::measure`]).
    /// # Errors
    /// The system gives no process or no pipe.
    pub fn start(meanwhile: &Path, words: &[OsString], calls: usize) -> io::Result<Self> {
        let mut command = Command::new(meanwhile);
        command.args([measure::SUBCOMMAND, measure::END_WITH_INPUT, "--"]).args(words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let start = Instant::now();
        let mut group = Group::spawn(&mut command)?;
        let limit = OUTPUT_LIMIT_BYTES + LINE_LIMIT_BYTES * calls as u64;
        let stdout = group.leader().stdout.take().map(|pipe| Capture::start(pipe, limit));
        let report = group.leader().stderr.take().map(|pipe| Capture::start(pipe, REPORT_LIMIT_BYTES));
        Ok(Self { group, stdout, report, start })
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
            look(self.start.elapsed());
            std::thread::sleep(LOOK);
        }
        Ok(Some(self.output()))
    }

    fn output(mut self) -> Output {
        // What it left behind must not run beside the next contestant.
        self.group.end();
        let captured = |pipe: &mut Option<Capture>| pipe.take()?.end(PIPE_GRACE);
        let stdout = captured(&mut self.stdout);
        let report = captured(&mut self.report).unwrap_or_default();
        Output { stdout, measured: serde_json::from_slice(&report.bytes).ok() }
    }
}
