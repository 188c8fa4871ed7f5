//! A process that runs out of descriptors.

use downstream_call::{Failure, Outcome, Run};
use observe::Resources;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::{LATENCY, SOON};
use crate::breach::Held;
use crate::stage::Stage;
use crate::words::all_told;

/// Twenty descriptors for sixty calls: some fail, or wait; none is lost, and nothing stays broken. The mock has to live
/// within the same limit, so that calls may also end at their deadline. A model that has few calls in flight never runs out.
pub(super) fn running_out_of_descriptors(stage: &mut Stage<'_>) -> Held {
    let mut calls = stage.calls(60.min(stage.at_once.saturating_mul(3)), LATENCY);
    calls.iter_mut().for_each(|call| call.timeout = SOON * 2);
    let usual = getrlimit(Resource::Nofile);
    let few = Resources::now().descriptors as u64 + 20;
    let few = usual.maximum.map_or(few, |hard| few.min(hard));
    limit_descriptors(Rlimit { current: Some(few), ..usual })?;
    let outcomes = stage.fan_out(&Run::default(), &calls);
    limit_descriptors(usual)?;
    let known = |outcome: &Outcome| matches!(outcome, Ok(_) | Err(Failure::System(_) | Failure::TimedOut));
    let outcomes = outcomes?;
    ensure!(outcomes.iter().all(known), "ended so: {}", all_told(&outcomes));
    stage.still_works()
}

fn limit_descriptors(limit: Rlimit) -> Held {
    setrlimit(Resource::Nofile, limit).map_err(|error| error.to_string().into())
}
