//! Runs `meanwhile` as its users do: as a process. And makes a test for each model of the list.

#![allow(dead_code, reason = "each test file uses a part of it")]

#[cfg(target_os = "linux")]
pub(crate) mod examples;
#[cfg(target_os = "linux")]
pub(crate) mod family;
#[cfg(target_os = "linux")]
pub(crate) mod terminal;

use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use conformance::{CheckReport, GROUPS};
use downstream_mock::{Config, Mock};
use libtest_mimic::Trial;
use meanwhile::models::{Entry, MODELS, Setup};
use meanwhile::race::{RaceReport, Round, Standing};
use tempfile::TempDir;

/// The file of the program.
pub(crate) const MEANWHILE: &str = env!("CARGO_BIN_EXE_meanwhile");

/// What the program printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

/// Runs `meanwhile` with these arguments.
pub(crate) fn meanwhile(arguments: &[&str]) -> Ran {
    Command::new(MEANWHILE).args(arguments).output().expect("the program starts").into()
}

/// A folder that goes away.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder that can be written: set TMPDIR")
}

/// The option that lets this command take part; `MEANWHILE` in it is the program. A command that takes no URL is started by
/// a shell that is given one, since a contestant has to take it.
pub(crate) fn with(name: &str, command: &str) -> String {
    let command = command.replace("MEANWHILE", MEANWHILE);
    if command.contains("{url}") {
        return format!("--with={name}={command}");
    }
    let script = format!("exec {command}");
    format!("--with={name}=sh -c {} {{url}}", shlex::try_quote(&script).expect("no NUL"))
}

/// The test of that name for each of these models: `NAME::MODEL`. For a model that cannot be made here it is listed as
/// ignored, with the reason.
pub(crate) fn trials(
    name: &'static str,
    models: impl Fn(&Entry) -> bool,
    test: fn(&'static Entry),
) -> Vec<Trial> {
    let models = MODELS.iter().filter(|entry| models(entry));
    let trial = |model: &'static Entry| {
        let trial = Trial::test(format!("{name}::{}", model.name), move || {
            if can_be_made(model) {
                test(model);
            }
            Ok(())
        });
        trial.with_ignored_flag(!can_be_made(model))
    };
    models.map(trial).collect()
}

pub(crate) fn can_be_made(model: &Entry) -> bool {
    static REASONS: LazyLock<Vec<Option<String>>> =
        LazyLock::new(|| MODELS.iter().map(why_it_cannot_be_made).collect());
    let mut reasons = MODELS.iter().zip(REASONS.iter());
    reasons.any(|(entry, reason)| entry.name == model.name && reason.is_none())
}

/// Making a model once is enough to know.
fn why_it_cannot_be_made(model: &Entry) -> Option<String> {
    let made = (model.new)(&Setup { meanwhile: Some(MEANWHILE.into()), ..Setup::default() });
    let reason = made.err()?.to_string();
    eprintln!("skipped: {} cannot be made here: {reason}", model.name);
    Some(reason)
}

/// The rows of the suite that a model breaks, and why. Descriptors, threads and CPU time are a process's, so each group
/// of rows has a process to itself; that is also why all groups can run at once, and wait together.
pub(crate) fn broken_rows(model: &str, environment: &[(&str, &str)]) -> Vec<String> {
    let started = GROUPS.map(|group| {
        let mut check = Command::new(MEANWHILE);
        check.args(["check", model, "--group", group, "--json=-"]).envs(environment.iter().copied());
        check.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    });
    let ended = started.into_iter().map(|check| check.wait_with_output().expect("it ends").into());
    ended.flat_map(|ran: Ran| broken_rows_of(&ran)).collect()
}

fn broken_rows_of(ran: &Ran) -> Vec<String> {
    let report: CheckReport = serde_json::from_str(&ran.stdout)
        .unwrap_or_else(|error| panic!("{error}: exit status {:?}, {}", ran.code, ran.stderr));
    let rows = report.findings.iter().flat_map(|findings| {
        assert!(!findings.rows.is_empty(), "a group without rows");
        findings.broken().map(|(row, why)| format!("{}: {}: {why}", row.group, row.name))
    });
    rows.collect()
}

/// What makes a race quick, and its output JSON.
pub(crate) const QUICK_RACE: [&str; 5] =
    ["race", "--latency=20ms", "--timeout=500ms", "--patience=300ms", "--json=-"];

/// A quick race between these contestants, as its JSON.
pub(crate) fn race(arguments: &[&str]) -> RaceReport {
    report_of(&meanwhile(&[&QUICK_RACE, arguments].concat()))
}

/// The JSON that a race has printed.
pub(crate) fn report_of(ran: &Ran) -> RaceReport {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error} in {}", ran.stdout))
}

/// The one standing of a race that has one contestant and one number of calls.
pub(crate) fn only(report: RaceReport) -> Standing {
    let [standing] = <[Standing; 1]>::try_from(report.results).expect("one contestant, one number of calls");
    standing
}

/// The CPU time of a round, in seconds.
pub(crate) fn cpu_s(round: &Round) -> f64 {
    round.user_s.unwrap_or_default() + round.system_s.unwrap_or_default()
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
