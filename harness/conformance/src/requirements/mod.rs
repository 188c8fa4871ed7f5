//! The contract's sentences, each as a function that fails when a model does not keep it.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use downstream_call::{Cancel, Run};
use downstream_mock::faults::{Scene, Script};

use crate::Cancels;
use crate::stage::Stage;

type Requirement = fn(&mut Stage) -> Result<(), String>;

/// Latency where calls must overlap.
const LATENCY: Duration = Duration::from_millis(40);

/// More than a busy machine delays a run.
const SECOND: Duration = Duration::from_secs(1);

/// A deadline that passes during a row.
const SOON: Duration = Duration::from_millis(120);

/// What the work of the panicking call says.
pub(crate) const PANIC: &str = "the work of one call panics, as the suite wants it to";

/// Fails the row unless a condition holds.
macro_rules! ensure {
    ($condition:expr, $($why:tt)*) => {
        if !$condition {
            return Err(format!($($why)*));
        }
    };
}

// Below the macro, which they use.
mod cancelling;
mod crowds;
#[cfg(unix)]
mod descriptors;
mod diamonds;
mod waiting;
mod working;

/// What only a release build does in time.
pub(crate) const LARGE: &[(&str, Requirement)] =
    &[("ten thousand calls, one in ten failing", crowds::ten_thousand_calls_one_in_ten_failing)];

/// Every requirement, in the order of the contract.
pub(crate) const ALL: &[(&str, Requirement)] = &[
    ("all calls wait at the same time", waiting::all_calls_wait_at_the_same_time),
    ("never more calls in flight than allowed", waiting::never_more_in_flight_than_allowed),
    ("outcomes come in the order of calls", waiting::outcomes_come_in_the_order_of_calls),
    ("no calls, no outcomes", waiting::no_calls_no_outcomes),
    ("a late call does not delay the rest", waiting::a_late_call_does_not_delay_the_rest),
    ("a deadline is for the whole call", waiting::a_deadline_is_for_the_whole_call),
    ("no time at all is too little", waiting::no_time_at_all_is_too_little),
    ("a huge timeout is no timeout", waiting::a_huge_timeout_is_no_timeout),
    ("a refused port fails every call at once", waiting::a_refused_port_fails_every_call_at_once),
    ("a name leads to a refused port", waiting::a_name_leads_to_a_refused_port),
    ("a line break in a path is never sent", waiting::a_line_break_in_a_path_is_never_sent),
    ("a large body arrives whole", waiting::a_large_body_arrives_whole),
    ("a diamond's middle is made together", diamonds::a_diamonds_middle_is_made_together),
    ("a diamond keeps to the limit too", diamonds::a_diamond_keeps_to_the_limit_too),
    ("a diamond ends with its first failure", diamonds::a_diamond_ends_with_its_first_failure),
    ("a wrong token fails a diamond", diamonds::a_wrong_token_fails_a_diamond),
    ("a run cancelled before it starts makes no call", cancelling::cancelled_before_it_starts),
    ("cancelling ends what waits by its deadline", cancelling::cancelling_ends_what_waits),
    ("cancelling ends what connects", |stage| cancelling::cancelling_ends_what(stage, &Scene::BacklogFull)),
    ("cancelling ends what sends", |stage| {
        cancelling::cancelling_ends_what(stage, &Scene::PlayNarrow(Script::new().hold()))
    }),
    ("cancelling ends what receives", |stage| {
        cancelling::cancelling_ends_what(stage, &Scene::Play(cancelling::endless_body()))
    }),
    ("a diamond can be cancelled", diamonds::a_diamond_can_be_cancelled),
    (
        "work that panics in a diamond's middle cancels the other calls",
        diamonds::a_panic_in_a_diamonds_middle_cancels_the_rest,
    ),
    ("work is done with each reply", working::work_is_done_with_each_reply),
    ("a panic in the work costs one call", working::a_panic_in_the_work_costs_one_call),
    ("a trace has its milestones in order", working::a_trace_has_its_milestones_in_order),
    ("a thousand calls, one in ten failing", crowds::a_thousand_calls_one_in_ten_failing),
    ("slots and descriptors are reused, calls never mixed up", crowds::slots_are_reused),
    #[cfg(unix)]
    ("running out of descriptors costs calls, not the run", descriptors::running_out_of_descriptors),
];

/// A timeout for calls in flight that are cancelled: far off for a model that does not wait for it.
fn in_flight_timeout(stage: &Stage) -> Duration {
    match stage.cancels {
        Cancels::AtOnce => SECOND * 3,
        Cancels::ByTheDeadline => SOON * 4,
    }
}

/// A cancelled run took no longer than its model says: a part of the timeout, or no longer than the timeout.
fn ended_as_it_cancels(stage: &Stage, took: Duration, timeout: Duration) -> Result<(), String> {
    let longest = match stage.cancels {
        Cancels::AtOnce => timeout / 2,
        Cancels::ByTheDeadline => timeout + SECOND,
    };
    let (cancels, took, timeout) = (stage.cancels, took.as_millis(), timeout.as_millis());
    ensure!(
        took <= longest.as_millis(),
        "took {took} ms with a deadline of {timeout} ms, where the model cancels {cancels}"
    );
    Ok(())
}

fn cancellable() -> Result<Run, String> {
    let cancel = Cancel::new().map_err(|error| error.to_string())?;
    Ok(Run { cancel, ..Run::default() })
}

/// A port without a listener: it was free a moment ago.
fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| error.to_string())?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}
