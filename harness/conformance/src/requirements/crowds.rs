//! Many calls, many failures.

use std::time::Duration;

use downstream_call::{Call, Failure, Run};
use downstream_mock::faults::{Scene, Script};

use super::list::{Entry, FEW};
use crate::Requirement;
use crate::breach::Held;
use crate::requirement::contract;
use crate::stage::{Stage, limited};
use crate::words::told;

/// What only many calls show.
pub(super) const ROWS: &[Entry] = &[
    Entry {
        about: Requirement {
            name: "a thousand calls, one in ten failing",
            contract: contract::FAILURES,
            page: "models/epoll-state-machine.md",
            look_for: "what only a crowd shows: an event for a call that is over, or a slot that is used again too early",
        },
        watched: &[],
        descriptors: 260,
        hold: a_thousand_calls_one_in_ten_failing,
    },
    Entry {
        about: Requirement {
            name: "slots and descriptors are reused, calls never mixed up",
            contract: contract::FAILURES,
            page: "models/epoll-state-machine.md",
            look_for: "an event that is matched to its call by the descriptor, which the next call gets at once",
        },
        watched: &[],
        descriptors: FEW,
        hold: slots_are_reused,
    },
    #[cfg(unix)]
    Entry {
        about: Requirement {
            name: "running out of descriptors costs calls, not the run",
            contract: contract::FAILURES,
            page: "mending.md#a-failure-is-an-outcome",
            look_for: "a socket that could not be made and ends the run with `?`",
        },
        watched: &[],
        descriptors: FEW,
        hold: super::descriptors::running_out_of_descriptors,
    },
];

/// What only a release build does in time.
pub(super) const LARGE: &[Entry] = &[Entry {
    about: Requirement {
        name: "ten thousand calls, one in ten failing",
        contract: contract::FAILURES,
        page: "models/epoll-state-machine.md",
        look_for: "work for each event that grows with the number of calls",
    },
    watched: &[],
    descriptors: 6100,
    hold: ten_thousand_calls_one_in_ten_failing,
}];

fn a_thousand_calls_one_in_ten_failing(stage: &mut Stage<'_>) -> Held {
    some_fail(stage, 1000, 10, &limited(100))
}

fn ten_thousand_calls_one_in_ten_failing(stage: &mut Stage<'_>) -> Held {
    some_fail(stage, 10_000, 10, &limited(3000))
}

/// Every second call fails, so that the next one gets its slot and its descriptor while events may still be on the way.
fn slots_are_reused(stage: &mut Stage<'_>) -> Held {
    some_fail(stage, 300, 2, &limited(6))
}

/// A run of `count` calls, of which every nth fails: refused, reset, closed early or too late.
fn some_fail(stage: &mut Stage<'_>, count: usize, every: usize, run: &Run) -> Held {
    stage.leaving_nothing_behind(|stage| {
        let reset = stage.mock.fault(Script::new().read_head().reset())?;
        let close = stage.mock.fault(Script::new().read_head())?;
        let hold = stage.mock.fault(Script::new().read_head().hold())?;
        let refused = stage.mock.scene(&Scene::Refused)?;
        let late = Duration::from_millis(10);
        let patient = stage.patient;
        let kinds =
            [(refused.url(), patient), (reset.url(), patient), (close.url(), patient), (hold.url(), late)];
        let mut calls = stage.calls(count, Duration::ZERO);
        for (nth, call) in calls.iter_mut().step_by(every).enumerate() {
            let (url, timeout) = &kinds[nth % kinds.len()];
            *call = Call::get(url, *timeout).map_err(|error| error.to_string())?;
        }
        for (at, outcome) in stage.fan_out_beside(run, &calls)?.iter().enumerate() {
            let held = match (at % every, at / every % kinds.len(), outcome) {
                (0, 0, outcome) => *outcome == Err(Failure::ConnectRefused),
                (0, 1, outcome) => *outcome == Err(Failure::Reset),
                (0, 2, outcome) => *outcome == Err(Failure::Incomplete),
                (0, _, outcome) => *outcome == Err(Failure::TimedOut),
                (_, _, outcome) => {
                    outcome.as_ref().is_ok_and(|reply| reply.body == at.to_string().as_bytes())
                }
            };
            ensure!(held, "call {at} ended with {}", told(outcome));
        }
        Ok(())
    })?;
    stage.still_works()
}
