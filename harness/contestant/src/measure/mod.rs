//! `meanwhile measure -- COMMAND`: starts a program, waits for its end, and reports what it used.
//!
//! *How it waits*: in `wait4(2)`, so that the end is noticed when it happens; a thread beside it looks every few
//! milliseconds at what only a living process tells (`sample.rs`), and another one waits for the end of the race (`orphan.rs`).
//!
//! *What to notice*: the end of the program's first process is the end of the run. What it has left behind, in whatever
//! session, becomes a child of this process, is ended at once, and its CPU time counts.
//!
//! Why this is a process of its own: `RUSAGE_CHILDREN` adds up all children that were waited for, so
//! each contestant needs a parent of its own; and a child's peak of resident memory starts with its parent's, since the
//! kernel carries it through `vfork` and `exec`. The race holds a whole server; this process holds next to nothing, and
//! where its own size could hide the contestant's (`peak_rss_bytes`), what was sampled counts instead.

mod lane;
mod orphan;
mod sample;
mod watcher;

use std::collections::HashSet;
use std::ffi::OsString;
use std::io;
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use downstream_call::MachineClock;
use serde::{Deserialize, Serialize};

use crate::capture::Capture;
use crate::channel::Report;
use crate::protect::protect;
use crate::watch::Sight;
use crate::{descendants, text};
use orphan::Starts;
use sample::{CpuTime, Sampler};
use watcher::Watcher;

/// Characters kept of what the program prints on standard error.
const STDERR_LIMIT: usize = 4096;

/// How long standard error may stay open after the program's end.
const STDERR_GRACE: Duration = Duration::from_millis(200);

/// What the measuring process reports, as one JSON document.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// The program ran.
    Ended(Usage),
    /// It could not be started, for this reason.
    NotStarted(String),
}

/// What a program used, from its start to its end. What this system does not tell is missing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Usage {
    /// When it was started, in microseconds on the [`MachineClock`]; nothing where there is none.
    pub started_us: Option<u64>,
    /// From before its start to after its end, in seconds.
    pub wall_s: f64,
    /// CPU time in user mode, in seconds, of it and of all processes below it.
    pub user_s: Option<f64>,
    /// The same in the kernel.
    pub system_s: Option<f64>,
    /// The most memory that was resident.
    pub peak_rss_bytes: Option<u64>,
    /// How often it let go of its core to wait.
    pub voluntary_switches: Option<u64>,
    /// How often its core was taken away.
    pub involuntary_switches: Option<u64>,
    /// The most threads, of it and its children together.
    pub peak_threads: Option<u64>,
    /// How many processes it left behind, which were then ended.
    pub left_behind: usize,
    /// How it ended, if not well: `exit status 1`, `signal 9`.
    pub ended_badly: Option<String>,
    /// The start of what it printed on standard error, escaped.
    pub stderr: String,
}

/// The name that a program has to give this subcommand.
pub const SUBCOMMAND: &str = "measure";

/// The option with which the report goes to the race, which holds the other end of standard input; its end ends the program.
pub const REPORT_TO_RACE: &str = "--report-to-race";

/// The option with which the race is also told what the program's threads do.
pub const WATCH: &str = "--watch";

/// To whom a measuring process reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportTo {
    /// A person, on standard error.
    StandardError,
    /// The race that started it, over a channel; all ends when the race ends.
    Race {
        /// Whether the race is also told what the program's threads do, as soon as it is seen.
        watch: bool,
    },
}

/// Runs `command` with standard output passed through, and reports what it used.
///
/// # Errors
/// Standard input is no channel to a race, or the report cannot be written.
pub fn measure(command: &[OsString], report_to: ReportTo) -> io::Result<ExitCode> {
    protect();
    descendants::adopt_orphans();
    let starts = Starts::default();
    let (race, watch) = match report_to {
        ReportTo::StandardError => (None, false),
        ReportTo::Race { watch } => (Some(Report::open()?), watch),
    };
    if let Some(race) = &race {
        // Before anything is started that could be left behind.
        orphan::end_with_the_race(race.try_clone()?, starts.clone());
    }
    let measured = match start_and_wait(command, &starts, race.as_ref().filter(|_| watch)) {
        Ok(usage) => Measured::Ended(usage),
        Err(error) => Measured::NotStarted(format!("{}: {error}", name(command))),
    };
    let report = serde_json::to_string(&measured)? + "\n";
    match race {
        Some(race) => race.send(report.as_bytes())?,
        None => eprint!("{report}"),
    }
    Ok(ExitCode::SUCCESS)
}

/// The program as it was written.
fn name(command: &[OsString]) -> String {
    command.first().map_or_else(String::new, |program| text::printable(program.as_encoded_bytes(), 80))
}

fn start_and_wait(command: &[OsString], starts: &Starts, watch: Option<&Report>) -> io::Result<Usage> {
    let (program, arguments) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stderr(Stdio::piped());
    let start = Instant::now();
    let mut child = starts.start(|| command.spawn())?;
    let watcher = watch.map(|race| watch_from(race, child.id(), start));
    let sampler = Sampler::start();
    let stderr = child.stderr.take().map(|pipe| Capture::start(pipe, STDERR_LIMIT as u64));
    let status = child.wait();
    let wall_s = start.elapsed().as_secs_f64();
    let left_behind = descendants::end_all_but(&HashSet::new());
    let peaks = sampler.end();
    if let Some(watcher) = watcher {
        watcher?.end();
    }
    let stderr = stderr.and_then(|capture| capture.end(STDERR_GRACE)).unwrap_or_default();
    Ok(Usage {
        started_us: machine_us(start),
        wall_s,
        peak_threads: peaks.threads,
        left_behind,
        ended_badly: ended_badly(status?),
        stderr: printable_lines(&stderr.bytes),
        ..accounts(peaks.memory_bytes, peaks.cpu)
    })
}

/// Tells the race when the program was started, and from now on what its threads do.
fn watch_from(race: &Report, process: u32, start: Instant) -> io::Result<Watcher> {
    let race = race.try_clone()?;
    let tell = move |sight: Sight| race.send((serde_json::to_string(&sight)? + "\n").as_bytes());
    tell(Sight::Started { machine_us: machine_us(start) })?;
    Ok(Watcher::start(process, start, tell))
}

fn machine_us(at: Instant) -> Option<u64> {
    MachineClock::read().map(|clock| clock.microseconds(at))
}

/// What the kernel knows of all processes that were waited for, or what was sampled where that is more.
fn accounts(sampled_bytes: Option<u64>, sampled_cpu: CpuTime) -> Usage {
    let child = observe::ended_children();
    let floor_bytes = observe::Observed::this().peak_resident_bytes();
    let exact_cpu = child.user_s.zip(child.system_s).map(|(user_s, system_s)| CpuTime { user_s, system_s });
    let cpu = exact_cpu.map(|exact| exact.or_if_more(sampled_cpu));
    Usage {
        user_s: cpu.map(|cpu| cpu.user_s),
        system_s: cpu.map(|cpu| cpu.system_s),
        peak_rss_bytes: peak_rss_bytes(child.peak_resident_bytes, floor_bytes, sampled_bytes),
        voluntary_switches: child.voluntary_switches,
        involuntary_switches: child.involuntary_switches,
        ..Usage::default()
    }
}

/// The kernel's own peak is exact, but it starts with this process's size: below that, it may not be the contestant's. The
/// sampled peak always is, but may miss what happened after the last look.
fn peak_rss_bytes(exact: Option<u64>, floor: Option<u64>, sampled: Option<u64>) -> Option<u64> {
    exact.filter(|bytes| floor.is_none_or(|floor| *bytes > floor)).max(sampled).or(exact)
}

fn printable_lines(bytes: &[u8]) -> String {
    let lines: Vec<_> =
        bytes.split(|byte| *byte == b'\n').map(|line| text::printable(line, STDERR_LIMIT)).collect();
    lines.join("\n")
}

fn ended_badly(status: ExitStatus) -> Option<String> {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Some(format!("signal {signal}"));
    }
    (!status.success()).then(|| format!("exit status {}", status.code().unwrap_or(-1)))
}
