//! One contestant's process, from its start to its end, however it ends.
//!
//! *How it waits*: it looks every few milliseconds: at the contestant, at the clock, and at Ctrl-C. The contestant's time
//! is measured by its own parent ([`crate::measure`]), so these looks cost it nothing.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::interrupt;
use crate::Error;
use crate::capture::{Capture, Captured};
use crate::group::Group;
use crate::measure::{END_WITH_INPUT, Measured};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(10);
/// How long a pipe may stay open when everybody who held it was ended.
const PIPE_GRACE: Duration = Duration::from_secs(1);
/// Bytes of standard output that are kept: so many, and so many for each call.
pub(crate) const OUTPUT_LIMIT_BYTES: u64 = 16 * 1024;
const LINE_LIMIT_BYTES: u64 = 256;
/// Bytes of the report on standard error that are kept.
const REPORT_LIMIT_BYTES: u64 = 1024 * 1024;

/// A contestant that runs; dropping it ends it, with all that it started.
pub(crate) struct Process {
    group: Group,
    stdout: Option<Capture>,
    report: Option<Capture>,
    start: Instant,
}

/// What is left of a contestant that has ended by itself.
pub(crate) struct Output {
    /// Nothing when somebody who escaped from its group holds it open.
    pub(crate) stdout: Option<Captured>,
    /// Nothing when it ended the process that measured it.
    pub(crate) measured: Option<Measured>,
}

impl Process {
    /// Starts `meanwhile measure --end-with-input -- WORDS`.
    ///
    /// This process alone holds the other end of its standard input, which the system closes however this process ends:
    /// the measuring process then ends the contestant and itself ([`crate::measure`]).
    pub(crate) fn start(meanwhile: &Path, words: &[OsString], calls: usize) -> io::Result<Self> {
        let mut command = Command::new(meanwhile);
        command.args(["measure", END_WITH_INPUT, "--"]).args(words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let start = Instant::now();
        let mut group = Group::spawn(&mut command)?;
        let limit = OUTPUT_LIMIT_BYTES + LINE_LIMIT_BYTES * calls as u64;
        let stdout = group.leader().stdout.take().map(|pipe| Capture::start(pipe, limit));
        let report = group.leader().stderr.take().map(|pipe| Capture::start(pipe, REPORT_LIMIT_BYTES));
        Ok(Self { group, stdout, report, start })
    }

    /// Waits for its end, and looks meanwhile; nothing when it has to be ended, which is after `limit`.
    pub(crate) fn wait(
        mut self,
        limit: Duration,
        mut look: impl FnMut(Duration),
    ) -> Result<Option<Output>, Error> {
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
