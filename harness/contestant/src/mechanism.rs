//! How a program waits, where an exercise asks for one way: what the mock counts and the measuring process sees.
//!
//! *What to notice*: no program has to wait in one of these ways, so these rows are tried only where they are named.

use std::time::Duration;

use conformance::{Requirement, contract};

use crate::check::{Entry, Trial};
use crate::text::counted;

/// How long the downstream takes: long beside the start of an interpreter.
const LATENCY: Duration = Duration::from_millis(500);
/// The share of a run's time that may be CPU time.
const CPU_SHARE: f64 = 0.5;

/// Ways of waiting, as rows.
pub(crate) const MECHANISMS: [Entry; 4] = [
    Entry {
        about: Requirement {
            name: "one call after the other",
            contract: contract::IN_FLIGHT,
            page: "contestants.md",
            look_for: "a second connection that is opened before the first one has its answer",
        },
        needs: "{calls}",
        hold: one_call_after_the_other,
    },
    Entry {
        about: Requirement {
            name: "one thread waits for all calls",
            contract: contract::IN_FLIGHT,
            page: "contestants.md",
            look_for: "a thread or a process for each call, or a library that starts them",
        },
        needs: "{calls}",
        hold: one_thread_waits_for_all_calls,
    },
    Entry {
        about: Requirement {
            name: "no more threads than calls in flight",
            contract: contract::IN_FLIGHT,
            page: "contestants.md",
            look_for: "a thread for each call, where a few take one call after the other",
        },
        needs: "{in_flight}",
        hold: no_more_threads_than_calls_in_flight,
    },
    Entry {
        about: Requirement {
            name: "waiting takes no CPU time",
            contract: contract::IDLE,
            page: "contestants.md",
            look_for: "a loop that asks again and again whether something has arrived",
        },
        needs: "{calls}",
        hold: waiting_takes_no_cpu_time,
    },
];

fn one_call_after_the_other(trial: &Trial<'_>) -> Result<(), String> {
    match trial.answered(3, 3, LATENCY / 5)?.peak_in_flight {
        1 => Ok(()),
        peak => Err(format!("{peak} calls in flight at once, not 1")),
    }
}

fn one_thread_waits_for_all_calls(trial: &Trial<'_>) -> Result<(), String> {
    threads(trial, 20, 20, 1)
}

/// One more may hand out the calls.
fn no_more_threads_than_calls_in_flight(trial: &Trial<'_>) -> Result<(), String> {
    threads(trial, 12, 4, 5)
}

fn threads(trial: &Trial<'_>, calls: usize, in_flight: usize, most: u64) -> Result<(), String> {
    let answered = trial.answered(calls, in_flight, LATENCY)?;
    match answered.threads {
        Some(peak) if peak > most => {
            Err(format!("{} while the calls wait, not {most}", counted(peak as usize, "thread")))
        }
        Some(_) if answered.peak_in_flight < in_flight as u64 => {
            Err(format!("{} calls in flight at once, not {in_flight}", answered.peak_in_flight))
        }
        _ => Ok(()),
    }
}

/// The start of a program takes CPU time too: in all calls together, at least half of the time is waiting.
fn waiting_takes_no_cpu_time(trial: &Trial<'_>) -> Result<(), String> {
    let usage = trial.answered(1, 1, LATENCY * 4)?.usage;
    let (Some(user_s), Some(system_s)) = (usage.user_s, usage.system_s) else { return Ok(()) };
    let cpu_s = user_s + system_s;
    if cpu_s < usage.wall_s * CPU_SHARE {
        return Ok(());
    }
    Err(format!("used {:.0} ms of CPU time in {:.0} ms", cpu_s * 1000.0, usage.wall_s * 1000.0))
}
