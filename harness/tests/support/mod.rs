//! Runs `meanwhile` as its users do: as a process.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use downstream_mock::{Config, Mock};
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

/// Runs `meanwhile` once for each list of arguments, all at the same time.
pub(crate) fn all_at_once<const N: usize, const M: usize>(arguments: [[&str; M]; N]) -> Vec<Ran> {
    let start = |arguments: [&str; M]| {
        let mut command = Command::new(MEANWHILE);
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the program starts")
    };
    let started = arguments.map(start);
    started.into_iter().map(|child| child.wait_with_output().expect("it ends").into()).collect()
}

/// A quick race between these contestants, as its JSON.
pub(crate) fn race(arguments: &[&str]) -> Report {
    let quick = ["race", "--latency=20ms", "--timeout=500ms", "--patience=300ms", "--json=-"];
    let ran = meanwhile(&[&quick, arguments].concat());
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
