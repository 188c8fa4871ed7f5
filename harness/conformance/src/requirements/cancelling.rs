//! A run that is asked to stop.

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use downstream_call::{Call, Cancel, Failure, Outcome, Run};
use downstream_mock::faults::{Scene, Script};

use super::list::{Entry, FEW};
use super::{SOON, UNANSWERED, cancellable, ended_as_it_cancels, in_flight_timeout};
use crate::Cancels;
use crate::Requirement;
use crate::breach::Held;
use crate::requirement::contract;
use crate::stage::{Stage, limited};
use crate::words::{all_told, told};

/// A run that is asked to stop, in each phase of a call.
pub(super) const ROWS: &[Entry] = &[
    Entry {
        about: Requirement {
            name: "a run cancelled before it starts makes no call",
            contract: contract::CANCELLING,
            page: "mending.md#cancelling",
            look_for: "calls that are started without a look at run.cancel: FanOut::admit looks",
        },
        watched: &[],
        descriptors: FEW,
        hold: cancelled_before_it_starts,
    },
    Entry {
        about: Requirement {
            name: "cancelling ends what waits by its deadline",
            contract: contract::CANCELLING,
            page: "mending.md#cancelling",
            look_for: "a wait that does not include run.cancel.socket(). Wait for it together with the sockets of the calls",
        },
        watched: &[],
        descriptors: FEW,
        hold: cancelling_ends_what_waits,
    },
    Entry {
        about: Requirement {
            name: "cancelling ends what connects",
            contract: contract::CANCELLING,
            page: "mending.md#cancelling",
            look_for: "a connect that waits for nothing else",
        },
        watched: &[],
        descriptors: FEW,
        hold: |stage| cancelling_ends_what(stage, &Scene::BacklogFull),
    },
    Entry {
        about: Requirement {
            name: "cancelling ends what sends",
            contract: contract::CANCELLING,
            page: "mending.md#cancelling",
            look_for: "a send that waits for nothing else, or is repeated until the system takes all",
        },
        watched: &[],
        descriptors: FEW,
        hold: |stage| cancelling_ends_what(stage, &Scene::PlayNarrow(Script::new().hold())),
    },
    Entry {
        about: Requirement {
            name: "cancelling ends what receives",
            contract: contract::CANCELLING,
            page: "mending.md#cancelling",
            look_for: "a loop that reads while there is something to read, and never looks up",
        },
        watched: &[],
        descriptors: FEW,
        hold: |stage| cancelling_ends_what(stage, &Scene::Play(endless_body())),
    },
];

fn cancelled_before_it_starts(stage: &mut Stage<'_>) -> Held {
    let run = cancellable()?;
    run.cancel.cancel();
    let calls = stage.calls(10, Duration::ZERO);
    let outcomes = stage.fan_out(&run, &calls)?;
    let told = all_told(&outcomes);
    ensure!(outcomes.iter().all(cancelled), "cancelled before it started, the run ended so: {told}");
    let requests = stage.mock.stats().requests;
    ensure!(requests == 0, "{requests} requests were made");
    stage.still_works()
}

fn cancelling_ends_what_waits(stage: &mut Stage<'_>) -> Held {
    let run = Run { in_flight: limited(4).in_flight, ..cancellable()? };
    let mut calls = stage.calls(12, UNANSWERED);
    let timeout = in_flight_timeout(stage);
    calls.iter_mut().for_each(|call| call.timeout = timeout);
    let (started, canceller) = (Instant::now(), cancel_soon(&run.cancel));
    // The cancelling thread is over before the run is: the run waits for its calls.
    let outcomes = stage.fan_out(&run, &calls);
    let took = started.elapsed();
    canceller.join().map_err(|_| "the cancelling thread panicked")?;
    let outcomes = outcomes?;
    ensure!(
        outcomes.iter().all(|outcome| ended_by_cancelling(stage, outcome)),
        "cancelled while 4 of 12 calls waited, the run ended so: {}",
        all_told(&outcomes)
    );
    let never_started = outcomes.iter().filter(|outcome| cancelled(outcome)).count();
    ensure!(
        never_started >= 8,
        "only {never_started} of the 8 calls that could not start yet ended with cancelled: {}",
        all_told(&outcomes)
    );
    ended_as_it_cancels(stage, "the cancelled run", took, timeout)?;
    let requests = stage.mock.stats().requests;
    ensure!(requests <= 4, "{requests} requests were made, where 4 calls may be in flight");
    stage.still_works()
}

/// In the middle of a phase.
fn cancelling_ends_what(stage: &mut Stage<'_>, scene: &Scene) -> Held {
    stage.leaving_nothing_behind(|stage| {
        let server = stage.mock.scene(scene)?;
        let timeout = in_flight_timeout(stage);
        let call = Call::get(&server.url(), timeout).map_err(|error| error.to_string())?;
        let run = cancellable()?;
        let (started, canceller) = (Instant::now(), cancel_soon(&run.cancel));
        let outcomes = stage.fan_out_beside(&run, &[call.with_path(&long_path())]);
        let took = started.elapsed();
        canceller.join().map_err(|_| "the cancelling thread panicked")?;
        let outcome = &outcomes?[0];
        ensure!(ended_by_cancelling(stage, outcome), "cancelled, the call ended with {}", told(outcome));
        ended_as_it_cancels(stage, "the cancelled run", took, timeout)
    })?;
    stage.still_works()
}

pub(super) fn cancel_soon(cancel: &Cancel) -> JoinHandle<()> {
    let cancel = cancel.clone();
    thread::spawn(move || {
        thread::sleep(SOON / 2);
        cancel.cancel();
    })
}

/// A call that waits for its deadline all the same ends with either failure.
pub(super) fn ended_by_cancelling(stage: &Stage<'_>, outcome: &Outcome) -> bool {
    match stage.cancels {
        Cancels::AtOnce => cancelled(outcome),
        Cancels::ByTheDeadline => matches!(outcome, Err(Failure::Cancelled | Failure::TimedOut)),
    }
}

/// So long that a narrow peer does not take it in one piece.
fn long_path() -> String {
    format!("/{}", "x".repeat(60_000))
}

/// Drips for longer than any deadline.
fn endless_body() -> Script {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
    Script::new().read_head().send(head).repeat("x", SOON / 8)
}

fn cancelled(outcome: &Outcome) -> bool {
    *outcome == Err(Failure::Cancelled)
}
