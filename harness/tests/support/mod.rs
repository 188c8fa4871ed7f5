//! Runs `meanwhile` as its users do: as a process.

#![allow(dead_code, reason = "each test file uses a part of it")]

#[cfg(target_os = "linux")]
pub(crate) mod family;

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use downstream_mock::{Config, Mock};
use harness::conformance::Document;
use harness::models::{Entry, Setup};
use harness::race::{Report, Standing};

/// The file of the program.
pub(crate) const MEANWHILE: &str = env!("CARGO_BIN_EXE_meanwhile");

/// What the program printed, and how it ended.
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

/// Runs `meanwhile` with these arguments.
pub(crate) fn meanwhile(arguments: &[&str]) -> Ran {
    Command::new(MEANWHILE).args(arguments).output().expect("the program starts").into()
}

/// Whether this system has what a model waits with; says so where it has not.
pub(crate) fn can_be_made(model: &Entry) -> bool {
    let made = model.make(&Setup { meanwhile: Some(MEANWHILE.into()), ..Setup::default() });
    if let Err(reason) = &made {
        eprintln!("skipped: {} cannot be made here: {reason}", model.name);
    }
    made.is_ok()
}

/// The rows of the suite that a model breaks, and why. Descriptors, threads and CPU time are a process's, so each group
/// of rows has a process to itself; that is also why all groups can run at once, and wait together.
pub(crate) fn broken_rows(model: &str, environment: &[(&str, &str)]) -> Vec<String> {
    let started = ["promise", "connect", "request", "head", "framing"].map(|group| {
        let mut check = Command::new(MEANWHILE);
        check.args(["check", model, "--group", group, "--json=-"]).envs(environment.iter().copied());
        check.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    });
    let ended = started.into_iter().map(|check| check.wait_with_output().expect("it ends").into());
    ended.flat_map(|ran: Ran| broken_rows_of(&ran)).collect()
}

fn broken_rows_of(ran: &Ran) -> Vec<String> {
    let document: Document = serde_json::from_str(&ran.stdout)
        .unwrap_or_else(|error| panic!("{error}: exit status {:?}, {}", ran.code, ran.stderr));
    let rows = document.reports.iter().flat_map(|report| {
        assert!(!report.rows.is_empty(), "a group without rows");
        report.broken().map(|(row, why)| format!("{}: {}: {why}", row.group, row.name))
    });
    rows.collect()
}

/// What makes a race quick, and its output JSON.
pub(crate) const QUICK_RACE: [&str; 5] =
    ["race", "--latency=20ms", "--timeout=500ms", "--patience=300ms", "--json=-"];

/// A quick race between these contestants, as its JSON.
pub(crate) fn race(arguments: &[&str]) -> Report {
    report_of(&meanwhile(&[&QUICK_RACE, arguments].concat()))
}

/// The JSON that a race has printed.
pub(crate) fn report_of(ran: &Ran) -> Report {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error} in {}", ran.stdout))
}

/// The one standing of a race that has one contestant and one number of calls.
pub(crate) fn only(report: Report) -> Standing {
    let [standing] = <[Standing; 1]>::try_from(report.results).expect("one contestant, one number of calls");
    standing
}

/// A downstream that answers soon.
pub(crate) fn mock() -> Mock {
    Mock::start(Config { latency: Duration::from_millis(20), ..Config::default() }).expect("a port is free")
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            stdout: String::from_utf8_lossy(&output.stdout).into(),
            stderr: String::from_utf8_lossy(&output.stderr).into(),
            code: output.status.code(),
        }
    }
}
