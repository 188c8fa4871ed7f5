//! The suite as a program of its own, which is all that the `main` of a model's test does: a model without a mistake holds all rows.

use std::process::{Command, ExitCode};

use libtest_mimic::{Failed, Trial};

use crate::student::{Mistake, Waits, model, subject};

/// The argument with which this program is the test of a model's crate.
pub(crate) const ARGUMENT: &str = "unmistaken";

/// The one trial.
pub(crate) fn trial() -> Trial {
    Trial::test(ARGUMENT, holds_all_rows)
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
