//! `meanwhile measure -- COMMAND`: starts a program, waits for its end, and prints what it used.
//!
//! *How it waits*: in `wait4(2)`, so that the end is noticed when it happens; a thread beside it looks every few
//! milliseconds at what only a living process tells (`sample.rs`).
//!
//! *What to notice*: why this is a process of its own: `RUSAGE_CHILDREN` adds up all children that were waited for, so
//! each contestant needs a parent of its own; and a child's peak of resident memory starts with its parent's, since the
//! kernel carries it through `vfork` and `exec`. The race holds a whole server; this process holds next to nothing, and
//! where its own size could hide the contestant's (`peak_rss_bytes`), what was sampled counts instead.

mod orphan;
mod sample;

use std::ffi::OsString;
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::capture::Capture;
use crate::text;
use sample::Sampler;

/// Characters kept of what the program prints on standard error.
const STDERR_LIMIT: usize = 4096;

/// How long standard error may stay open after the program's end.
const STDERR_GRACE: Duration = Duration::from_millis(200);

/// What the measuring process prints, as one JSON document on its standard error.
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
    /// From before its start to after its end, in seconds.
    pub wall_s: f64,
    /// CPU time in user mode, in seconds, of it and of all its children that it waited for.
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
    /// How it ended, if not well: `exit status 1`, `signal 9`.
    pub ended_badly: Option<String>,
    /// The start of what it printed on standard error, escaped.
    pub stderr: String,
}

/// The name that a program has to give this subcommand.
pub const SUBCOMMAND: &str = "measure";

/// The option with which the end of standard input ends the program: a race holds the other end.
pub const END_WITH_INPUT: &str = "--end-with-input";

/// Runs `command` with standard output passed through, and prints what it used on standard error. With `end_with_input`, the end of
/// standard input ends the whole process group.
#[must_use]
pub fn measure(command: &[OsString], end_with_input: bool) -> ExitCode {
    if end_with_input {
        // Before anything is started that could be left behind.
        orphan::end_with_input();
    }
    let measured = match start_and_wait(command) {
        Ok(usage) => Measured::Ended(usage),
        Err(error) => Measured::NotStarted(error.to_string()),
    };
    // Numbers and strings always serialize.
    eprintln!("{}", serde_json::to_string(&measured).unwrap_or_default());
    ExitCode::SUCCESS
}

fn start_and_wait(command: &[OsString]) -> std::io::Result<Usage> {
    let (program, arguments) = command.split_first().ok_or(std::io::ErrorKind::InvalidInput)?;
    let start = Instant::now();
    let mut child =
        Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let sampler = Sampler::start(child.id());
    let stderr = child.stderr.take().map(|pipe| Capture::start(pipe, STDERR_LIMIT as u64));
    let status = child.wait()?;
    let wall_s = start.elapsed().as_secs_f64();
    let peaks = sampler.end();
    let stderr = stderr.and_then(|capture| capture.end(STDERR_GRACE)).unwrap_or_default();
    Ok(Usage {
        wall_s,
        peak_threads: peaks.threads,
        ended_badly: ended_badly(status),
        stderr: printable_lines(&stderr.bytes),
        ..kernel_accounts(peaks.memory_bytes)
    })
}

/// What the kernel knows of the one child that was waited for.
fn kernel_accounts(sampled_bytes: Option<u64>) -> Usage {
    let child = observe::ended_children();
    let floor_bytes = observe::peak_resident_bytes();
    Usage {
        user_s: child.user_s,
        system_s: child.system_s,
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
