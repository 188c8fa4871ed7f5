//! The matrix: each fault of the mock's catalogue, alone and among healthy calls.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use downstream_call::{Call, Outcome, Run};
use downstream_mock::faults::{Expect, Fault, FaultServer, catalogue};

use crate::Rows;
use crate::breach::Held;
use crate::stage::{Stage, answers};
use crate::words::sized;

/// Healthy calls around the faulty ones.
pub(crate) const NEIGHBOURS: usize = 50;

/// How many descriptors a fault takes that is alone: its port, what fills a backlog, both ends of four connections.
pub(crate) const ALONE_DESCRIPTORS: u64 = 32;

/// How many descriptors these faults take among healthy calls: both ends of each connection, and a port for each fault.
pub(crate) const fn among_descriptors(faults: usize) -> u64 {
    (2 * NEIGHBOURS + 3 * faults) as u64 + ALONE_DESCRIPTORS
}

/// How late an outcome may be after a deadline: the scheduler's part, not the model's.
const LATE: Duration = Duration::from_millis(100);

/// The wanted faults of the catalogue, by the part of a call that they concern.
#[must_use]
pub fn faults_by_group(rows: &Rows) -> Vec<(String, Vec<Fault>)> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for fault in catalogue() {
        if rows.include(&fault.group.to_string(), &fault.name) {
            groups.entry(fault.group).or_default().push(fault);
        }
    }
    groups.into_iter().map(|(group, faults)| (group.to_string(), faults)).collect()
}

/// The fault as the only call of its run; then the model must still work.
pub(crate) fn alone(stage: &mut Stage<'_>, fault: &Fault) -> Held {
    stage.leaving_nothing_behind(|stage| {
        let (_server, call) = staged(stage, fault)?;
        let started = Instant::now();
        let outcomes = stage.fan_out_beside(&Run::default(), std::slice::from_ref(&call))?;
        in_time(stage, started.elapsed(), call.timeout)?;
        ended_as(fault, &outcomes[0])
    })?;
    stage.still_works()
}

/// All faults of a group in one run with healthy calls, which must have their own answers.
pub(crate) fn among(stage: &mut Stage<'_>, faults: &[Fault]) -> Held {
    stage.leaving_nothing_behind(|stage| {
        let staged: Vec<_> = faults.iter().map(|fault| staged(stage, fault)).collect::<Result<_, _>>()?;
        let mut calls = stage.calls(NEIGHBOURS, Duration::from_millis(2));
        calls.extend(staged.iter().map(|(_, call)| call.clone()));
        let started = Instant::now();
        let outcomes = stage.fan_out_beside(&Run::default(), &calls)?;
        in_time(stage, started.elapsed(), longest_run(stage, &calls))?;
        answers(&outcomes[..NEIGHBOURS]).map_err(|breach| breach.with_context("a healthy neighbour"))?;
        for (fault, outcome) in faults.iter().zip(&outcomes[NEIGHBOURS..]) {
            ended_as(fault, outcome).map_err(|breach| breach.with_context(&fault.name))?;
        }
        Ok(())
    })?;
    stage.still_works()
}

/// The port where the fault is, and the call that goes there.
fn staged(stage: &Stage<'_>, fault: &Fault) -> Held<(FaultServer, Call)> {
    let server = stage.mock.stage(fault).map_err(|error| format!("the fault cannot be staged: {error}"))?;
    let call = Call::get(&format!("{}{}", server.url(), fault.path), fault.timeout)
        .map_err(|error| error.to_string())?;
    Ok((server, call))
}

/// How long a run may take at most: a model that has few calls in flight waits for one group of calls after the other, and
/// for each at most as long as the longest call may take.
fn longest_run(stage: &Stage<'_>, calls: &[Call]) -> Duration {
    let groups = calls.len().div_ceil(stage.at_once);
    let longest = calls.iter().map(|call| call.timeout).max().unwrap_or(stage.patient);
    longest * u32::try_from(groups).unwrap_or(u32::MAX)
}

/// What the machine took from this process does not count.
fn in_time(stage: &Stage<'_>, took: Duration, timeout: Duration) -> Held {
    if took <= timeout + LATE + stage.queued() {
        return Ok(());
    }
    Err(format!("took {} ms with a deadline of {} ms", took.as_millis(), timeout.as_millis()).into())
}

/// Ended as the catalogue says: with that reply, or with a failure of one of those classes.
fn ended_as(fault: &Fault, outcome: &Outcome) -> Held {
    let held = match (&fault.expect, outcome) {
        (Expect::Reply { status, body }, Ok(reply)) => reply.status == *status && reply.body == body.as_ref(),
        (Expect::Failure(classes), Err(failure)) => classes.contains(&failure.class()),
        (Expect::Reply { .. }, Err(_)) | (Expect::Failure(_), Ok(_)) => false,
    };
    if held {
        Ok(())
    } else {
        Err(format!("ended with {}, not with {}", sized(outcome), expected(&fault.expect)).into())
    }
}

/// What a call must end with, in words.
#[must_use]
pub fn expected(expect: &Expect) -> String {
    match expect {
        Expect::Reply { status, body } => format!("status {status} and {} bytes", body.len()),
        Expect::Failure(classes) => classes.join(" or "),
    }
}
