//! A run that is asked to stop.

use std::thread;
use std::time::{Duration, Instant};

use downstream_call::{Call, Failure, Outcome, Run};
use downstream_mock::faults::{Scene, Script};

use super::{SOON, cancellable};
use crate::conformance::Stage;
use crate::conformance::stage::{PATIENT, limited};

pub(super) fn cancelled_before_it_starts(stage: &mut Stage) -> Result<(), String> {
    let run = cancellable()?;
    run.cancel.cancel();
    let calls = stage.calls(10, Duration::ZERO);
    let outcomes = stage.fan_out(&run, &calls)?;
    ensure!(outcomes.iter().all(cancelled), "ended with {outcomes:?}");
    let requests = stage.mock.stats().requests;
    ensure!(requests == 0, "{requests} requests were made");
    stage.still_works()
}

pub(super) fn cancelling_ends_what_waits(stage: &mut Stage) -> Result<(), String> {
    let run = Run { in_flight: limited(4).in_flight, ..cancellable()? };
    let mut calls = stage.calls(12, PATIENT);
    calls.iter_mut().for_each(|call| call.timeout = SOON * 2);
    let (started, cancel) = (Instant::now(), run.cancel.clone());
    let canceller = thread::spawn(move || {
        thread::sleep(SOON / 2);
        cancel.cancel();
    });
    // The helper thread is over before the run is: the run waits for its calls.
    let outcomes = stage.fan_out(&run, &calls);
    canceller.join().map_err(|_| "the cancelling thread panicked")?;
    let outcomes = outcomes?;
    let ended = |outcome: &Outcome| matches!(outcome, Err(Failure::Cancelled | Failure::TimedOut));
    ensure!(outcomes.iter().all(ended), "ended with {outcomes:?}");
    let never_started = outcomes.iter().filter(|outcome| cancelled(outcome)).count();
    ensure!(never_started >= 8, "only {never_started} of 12 are cancelled, where 4 may wait: {outcomes:?}");
    ensure!(started.elapsed() < SOON * 4, "took {} ms", started.elapsed().as_millis());
    let requests = stage.mock.stats().requests;
    ensure!(requests <= 4, "{requests} requests were made");
    stage.still_works()
}

/// In the middle of a phase; a model that can't be woken there ends at its deadline, no later.
pub(super) fn cancelling_ends_what(stage: &mut Stage, scene: &Scene) -> Result<(), String> {
    stage.leaving_nothing_behind(|stage| {
        let server = stage.mock.scene(scene).map_err(|error| error.to_string())?;
        let call = Call::get(&server.url(), SOON * 4).map_err(|error| error.to_string())?;
        let run = cancellable()?;
        let cancel = run.cancel.clone();
        let canceller = thread::spawn(move || {
            thread::sleep(SOON / 2);
            cancel.cancel();
        });
        let started = Instant::now();
        let outcomes = stage.fan_out_beside(&run, &[call.with_path(&long_path())]);
        canceller.join().map_err(|_| "the cancelling thread panicked")?;
        let outcome = &outcomes?[0];
        let ended = matches!(outcome, Err(Failure::Cancelled | Failure::TimedOut));
        ensure!(ended, "ended with {outcome:?}");
        ensure!(started.elapsed() < SOON * 6, "took {} ms", started.elapsed().as_millis());
        Ok(())
    })?;
    stage.still_works()
}

/// So long that a narrow peer does not take it in one piece.
fn long_path() -> String {
    format!("/{}", "x".repeat(60_000))
}

/// Drips for longer than any deadline.
pub(super) fn endless_body() -> Script {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
    Script::new().read_head().send(head).repeat("x", SOON / 8)
}

pub(super) fn cancelled(outcome: &Outcome) -> bool {
    *outcome == Err(Failure::Cancelled)
}
