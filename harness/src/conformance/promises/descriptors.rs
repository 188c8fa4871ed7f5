//! A process that runs out of descriptors.

use downstream_call::{Failure, Outcome, Run};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::{LATENCY, SOON};
use crate::conformance::Stage;
use crate::conformance::resources::Resources;

/// Twenty descriptors for sixty calls: some fail, or wait; none is lost, and nothing stays broken. The mock has to live
/// within the same limit, so that calls may also end at their deadline. Who has few calls in flight never runs out.
pub(super) fn running_out_of_descriptors(stage: &mut Stage) -> Result<(), String> {
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
