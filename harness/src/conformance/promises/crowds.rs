//! Many calls, many failures, few descriptors.

use std::time::Duration;

use downstream_call::{Call, Failure, Outcome, Run};
use downstream_mock::faults::Script;

use super::{LATENCY, SOON, free_port};
use crate::conformance::Stage;
use crate::conformance::stage::{PATIENT, limited};

pub(super) fn a_thousand_calls_one_in_ten_failing(stage: &mut Stage) -> Result<(), String> {
    some_fail(stage, 1000, 10, &limited(100))
}

pub(super) fn ten_thousand_calls_one_in_ten_failing(stage: &mut Stage) -> Result<(), String> {
    some_fail(stage, 10_000, 10, &limited(3000))
}

/// Every second call fails, so that the next one gets its slot and its descriptor while events may still be on the way.
pub(super) fn slots_are_reused(stage: &mut Stage) -> Result<(), String> {
    some_fail(stage, 300, 2, &limited(6))
}

/// Of so many calls, every nth fails: refused, reset, closed early or too late.
fn some_fail(stage: &mut Stage, count: usize, every: usize, run: &Run) -> Result<(), String> {
    stage.leaving_nothing_behind(|stage| {
        let reset = stage.mock.fault(Script::new().read_head().reset()).map_err(|error| error.to_string())?;
        let close = stage.mock.fault(Script::new().read_head()).map_err(|error| error.to_string())?;
        let hold = stage.mock.fault(Script::new().read_head().hold()).map_err(|error| error.to_string())?;
        let refused = format!("http://127.0.0.1:{}/", free_port()?);
        let late = Duration::from_millis(10);
        let kinds = [(refused, PATIENT), (reset.url(), PATIENT), (close.url(), PATIENT), (hold.url(), late)];
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
            ensure!(held, "call {at} ended with {outcome:?}");
        }
        Ok(())
    })?;
    stage.still_works()
}

/// Twenty descriptors for sixty calls: some fail, or wait; none is lost, and nothing stays broken. The mock has to live
/// within the same limit, so that calls may also end at their deadline. Who has few calls in flight never runs out.
#[cfg(unix)]
pub(super) fn running_out_of_descriptors(stage: &mut Stage) -> Result<(), String> {
    use crate::conformance::resources::Resources;
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let mut calls = stage.calls(60.min(stage.at_once.saturating_mul(3)), LATENCY);
    calls.iter_mut().for_each(|call| call.timeout = SOON * 2);
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).map_err(|error| error.to_string())?;
    let open = Resources::now().descriptors as u64;
    setrlimit(Resource::RLIMIT_NOFILE, (open + 20).min(hard), hard).map_err(|error| error.to_string())?;
    let outcomes = stage.fan_out(&Run::default(), &calls);
    setrlimit(Resource::RLIMIT_NOFILE, soft, hard).map_err(|error| error.to_string())?;
    let known = |outcome: &Outcome| matches!(outcome, Ok(_) | Err(Failure::System(_) | Failure::TimedOut));
    let outcomes = outcomes?;
    ensure!(outcomes.iter().all(known), "ended with {outcomes:?}");
    stage.still_works()
}
