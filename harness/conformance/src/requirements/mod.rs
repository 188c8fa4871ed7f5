//! The contract's sentences: a list of them, and for each a function that fails when a model does not keep it.

mod list;

pub(crate) use list::{Entry, all};

use std::time::Duration;

use downstream_call::{Cancel, Failure, Outcome, Reply, Run};

use crate::Cancels;
use crate::breach::Held;
use crate::stage::Stage;
use crate::words::{calls, sized};

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

/// The one function that rows give as work: it panics with the reply to call 5 of a list, and with that to step B of a diamond.
/// A process of its own has this same function, since no function passes through a link.
pub(crate) fn work_that_panics(reply: &Reply) -> u64 {
    assert!(!matches!(reply.body.as_slice(), b"5" | b"b"), "{PANIC}");
    1
}

/// How long the work with the first reply holds its thread.
const HOLDS: Duration = SOON.saturating_mul(4);

/// Work that holds its thread with the reply of call 0, and takes no CPU time.
pub(crate) fn work_that_holds(reply: &Reply) -> u64 {
    if reply.body == b"0" {
        std::thread::sleep(HOLDS);
    }
    1
}

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

/// Something that was cancelled took no longer than its model says: a part of the timeout, or no longer than the timeout.
/// What the machine took from it does not count.
fn ended_as_it_cancels(stage: &Stage<'_>, what: &str, took: Duration, timeout: Duration) -> Held {
    let longest = match stage.cancels {
        Cancels::AtOnce => timeout / 3,
        Cancels::ByTheDeadline => timeout + SECOND,
    };
    let awake = took.saturating_sub(stage.queued());
    let (cancels, took, timeout) = (stage.cancels, took.as_millis(), timeout.as_millis());
    ensure!(
        awake <= longest,
        "{what} went on for {took} ms, where the model cancels {cancels}; the deadline of its calls was {timeout} ms"
    );
    Ok(())
}

/// `2 ms after its start`
fn after(took: Duration) -> String {
    format!("{} ms after its start", took.as_millis())
}

/// A call, or a run of it, ended at its deadline, and with that failure.
fn ended_at_its_deadline(what: &str, outcome: &Outcome, took: Duration, deadline: Duration) -> Held {
    let (told, after, limit) = (sized(outcome), after(took), deadline.as_millis());
    ensure!(
        *outcome == Err(Failure::TimedOut),
        "{what} ended with {told} {after}, not with timed-out at its deadline of {limit} ms"
    );
    ensure!(took >= deadline, "{what} ended with {told} {after}, before its deadline of {limit} ms");
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
