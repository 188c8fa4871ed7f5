//! The suite as a program of its own, which is all that the `main` of a model's test does: a model without a mistake holds all rows.

use std::process::{Command, ExitCode};
use std::time::Duration;

use conformance::{MILESTONES_ARGUMENT, RUN_ARGUMENT};
use downstream_mock::{Config, Mock};
use libtest_mimic::{Failed, Trial};

use crate::student::{Mistake, Waits, model, subject};

/// The argument with which this program is the test of a model's crate.
pub(crate) const ARGUMENT: &str = "unmistaken";

/// The trials.
pub(crate) fn trials() -> [Trial; 2] {
    [
        Trial::test(ARGUMENT, holds_all_rows),
        Trial::test("makes_one_run_and_prints_its_outcomes", makes_one_run),
    ]
}

/// Is the test of a model's crate, or its worker.
pub(crate) fn program() -> ExitCode {
    conformance::main(&subject(Waits::InPoll, &|| Ok(model(Waits::InPoll, Mistake::None))))
}

fn holds_all_rows() -> Result<(), Failed> {
    let ended = Command::new(std::env::current_exe()?).env(ARGUMENT, "").output()?;
    let printed = String::from_utf8_lossy(&ended.stdout);
    let last = printed.lines().last().unwrap_or_default();
    if ended.status.success() && last.starts_with("student: ") && last.contains(" 0 broken") {
        return Ok(());
    }
    Err(format!("{}\n{printed}", ended.status).into())
}

/// As a race and a trace start it.
fn makes_one_run() -> Result<(), Failed> {
    let mock = Mock::start(Config { latency: Duration::from_millis(50), ..Config::default() })?;
    let url = format!("{}/echo/{{call}}", mock.url());
    let mut command = Command::new(std::env::current_exe()?);
    command.env(ARGUMENT, "").args([RUN_ARGUMENT, &url, "3", "1", "4000", MILESTONES_ARGUMENT]);
    let ended = command.output()?;
    let printed = String::from_utf8_lossy(&ended.stdout);
    let (milestones, outcomes): (Vec<_>, Vec<_>) =
        printed.lines().partition(|line| line.starts_with("milestone "));
    let stats = mock.stats();
    let was_one_by_one = stats.requests == 3 && stats.peak_in_flight == 1;
    if outcomes == ["0 200 0", "1 200 1", "2 200 2"] && !milestones.is_empty() && was_one_by_one {
        return Ok(());
    }
    Err(format!("{}\n{printed}\n{}\n{stats:?}", ended.status, String::from_utf8_lossy(&ended.stderr)).into())
}
