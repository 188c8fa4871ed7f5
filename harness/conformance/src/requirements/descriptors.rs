//! A process that runs out of descriptors.

use downstream_call::{Failure, Outcome, Run};
use observe::Observed;
use rustix::process::{Resource, Rlimit};

use super::{LATENCY, SOON};
use crate::breach::Held;
use crate::stage::Stage;
use crate::words::all_told;

/// Twenty descriptors for sixty calls: some fail, or wait; none is lost, and nothing stays broken. A mock in the same process
/// has to live within the same limit, so that calls may also end at their deadline. A model that has few calls in flight never
/// runs out.
pub(super) fn running_out_of_descriptors(stage: &mut Stage<'_>) -> Held {
    let mut calls = stage.calls(60.min(stage.at_once.saturating_mul(3)), LATENCY);
    calls.iter_mut().for_each(|call| call.timeout = SOON * 2);
    let observed = stage.observed();
    let usual = descriptor_limit(observed);
    let few = observed.resources().descriptors as u64 + 20;
    let few = usual.maximum.map_or(few, |hard| few.min(hard));
    limit_descriptors(observed, Rlimit { current: Some(few), ..usual })?;
    let outcomes = stage.fan_out(&Run::default(), &calls);
    // Fails where the run has ended the process, and then the run has failed as well.
    let limited = limit_descriptors(observed, usual);
    let known = |outcome: &Outcome| matches!(outcome, Ok(_) | Err(Failure::System(_) | Failure::TimedOut));
    let outcomes = outcomes?;
    limited?;
    ensure!(outcomes.iter().all(known), "ended so: {}", all_told(&outcomes));
    stage.still_works()
}

/// Of the process that holds the model.
#[cfg(target_os = "linux")]
fn descriptor_limit(observed: Observed) -> Rlimit {
    let limits = observed.descriptor_limits();
    Rlimit { current: limits.now, maximum: limits.at_most }
}

/// Of the process that holds the model.
#[cfg(target_os = "linux")]
fn limit_descriptors(observed: Observed, limit: Rlimit) -> Held {
    use rustix::process::{Pid, prlimit};
    let process = observed.other().and_then(|number| Pid::from_raw(i32::try_from(number).ok()?));
    prlimit(process, Resource::Nofile, limit).map_err(|error| error.to_string())?;
    Ok(())
}

/// Of this process.
#[cfg(not(target_os = "linux"))]
fn descriptor_limit(_: Observed) -> Rlimit {
    rustix::process::getrlimit(Resource::Nofile)
}

/// Of this process: that of another one cannot be set here, and its calls run without a limit.
#[cfg(not(target_os = "linux"))]
fn limit_descriptors(observed: Observed, limit: Rlimit) -> Held {
    if observed == Observed::this() {
        rustix::process::setrlimit(Resource::Nofile, limit).map_err(|error| error.to_string())?;
    }
    Ok(())
}
