//! The contract's sentences: a list of them, and for each a function that fails when a model does not keep it.

mod list;

pub(crate) use list::{Entry, all};

use std::time::Duration;

use downstream_call::{Cancel, Run};

use crate::Cancels;
use crate::breach::Held;
use crate::stage::Stage;
use crate::words::calls;

/// Latency where calls must overlap.
const LATENCY: Duration = Duration::from_millis(40);

/// More than a busy machine delays a run.
const SECOND: Duration = Duration::from_secs(1);

/// A deadline that passes during a row.
const SOON: Duration = Duration::from_millis(120);

/// A latency that outlasts every deadline of a row.
const UNANSWERED: Duration = Duration::from_secs(10);

/// What the work of the panicking call says.
pub(crate) const PANIC: &str = "the work of one call panics, as the suite wants it to";

/// Fails the row unless a condition holds.
macro_rules! ensure {
    ($condition:expr, $($why:tt)*) => {
        if !$condition {
            return Err(format!($($why)*).into());
        }
    };
}

// Below the macro, which they use.
mod answers;
mod cancelling;
mod crowds;
#[cfg(unix)]
mod descriptors;
mod diamonds;
mod idle;
mod waiting;
mod working;

/// A timeout for calls in flight that are cancelled: far off for a model that does not wait for it.
fn in_flight_timeout(stage: &Stage<'_>) -> Duration {
    match stage.cancels {
        Cancels::AtOnce => stage.patient / 5,
        Cancels::ByTheDeadline => SOON * 4,
    }
}

/// A cancelled run took no longer than its model says: a part of the timeout, or no longer than the timeout. What the
/// machine took from it does not count.
fn ended_as_it_cancels(stage: &Stage<'_>, took: Duration, timeout: Duration) -> Held {
    let longest = match stage.cancels {
        Cancels::AtOnce => timeout / 3,
        Cancels::ByTheDeadline => timeout + SECOND,
    };
    let awake = took.saturating_sub(stage.queued());
    let (cancels, took, timeout) = (stage.cancels, took.as_millis(), timeout.as_millis());
    ensure!(
        awake <= longest,
        "took {took} ms with a deadline of {timeout} ms, where the model cancels {cancels}"
    );
    Ok(())
}

/// `3 calls in flight at once, where the run allows 1`
fn in_flight_instead(peak: u64, limit: usize, due: u64) -> String {
    let possible = if due < limit as u64 { format!(" and the model can have {due}") } else { String::new() };
    format!("{} in flight at once, where the run allows {limit}{possible}", calls(peak as usize))
}

fn cancellable() -> Held<Run> {
    Ok(Run { cancel: Cancel::new()?, ..Run::default() })
}
