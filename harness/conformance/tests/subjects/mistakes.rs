//! Each mistake that students make breaks the requirement that names it first, and the suite gets to its end with all of them.
//!
//! *What to notice*: the table. On its left is what a student has done, on its right what the suite says of it.

use std::io;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Duration;

use conformance::{Findings, Outside, Patience, REQUIREMENT, Rows, Subject, supervise, supervise_outside};
use libtest_mimic::{Failed, Trial};

use crate::student::{Mistake, Waits, model, subject};
use crate::{as_host, as_worker, as_worker_outside};

/// The model, its mistake, and the requirement that names it. The first three take longest.
const CASES: [(Waits, Mistake, Option<&str>); 24] = [
    (Waits::InPoll, Mistake::BlockingRead, Some("a slow answer delays no other call")),
    (Waits::InPoll, Mistake::DeafToCancel, Some("cancelling ends what waits by its deadline")),
    (Waits::InRead, Mistake::LeakedSockets, Some("a run gives back every descriptor and thread")),
    (Waits::InPoll, Mistake::None, None),
    (Waits::InPoll, Mistake::EventIsAnswer, Some("an answer may come in parts")),
    (Waits::InPoll, Mistake::NoDeadline, Some("a call that is never answered ends by its deadline")),
    (Waits::InPoll, Mistake::DeadlineForEachRead, Some("a deadline is for the whole call")),
    (Waits::InPoll, Mistake::DeadlineBeforeAnswer, Some("an answer that has arrived counts")),
    (Waits::InPoll, Mistake::BlockingConnect, Some("a deadline holds while a call connects")),
    (Waits::InPoll, Mistake::LeakedSockets, Some("a run gives back every descriptor and thread")),
    (Waits::InPoll, Mistake::OrderOfEnd, Some("outcomes come in the order of calls")),
    (Waits::InPoll, Mistake::BusyLoop, Some("waiting for a connection costs no CPU time")),
    (Waits::InPoll, Mistake::SpinOnWritable, Some("waiting for an answer costs no CPU time")),
    (Waits::InPoll, Mistake::LimitIgnored, Some("never more calls in flight than allowed")),
    (Waits::InPoll, Mistake::PanicOnConnect, Some("a failed call is an outcome, never a panic")),
    (Waits::InPoll, Mistake::WorkForgotten, Some("work is done with each reply")),
    (Waits::InPoll, Mistake::DiamondInSequence, Some("a diamond's middle is made together")),
    (Waits::InPoll, Mistake::DiamondGoesOn, Some("a diamond ends with its first failure")),
    (Waits::InRead, Mistake::None, None),
    (Waits::InRead, Mistake::EventIsAnswer, Some("an answer may come in parts")),
    (Waits::InRead, Mistake::NoDeadline, Some("a call that is never answered ends by its deadline")),
    (Waits::InRead, Mistake::DeadlineForEachRead, Some("a deadline is for the whole call")),
    (Waits::InRead, Mistake::BlockingConnect, Some("a deadline holds while a call connects")),
    (Waits::InRead, Mistake::PanicOnConnect, Some("a failed call is an outcome, never a panic")),
];

/// A way to have a case tried.
type Way = fn(usize, Patience) -> io::Result<Findings>;

/// The loop is in a process of its own, the other model with the rows. CPU time and panics are known in another way of
/// another process: these mistakes go both ways.
const fn ways(waits: Waits, mistake: Mistake) -> &'static [(&'static str, Way)] {
    match (waits, mistake) {
        (Waits::InRead, _) => &[("inside", inside)],
        (Waits::InPoll, Mistake::BusyLoop | Mistake::PanicOnConnect) => {
            &[("inside", inside), ("outside", outside)]
        }
        (Waits::InPoll, _) => &[("outside", outside)],
    }
}

/// A trial for each mistake, and each way.
pub(crate) fn trials() -> Vec<Trial> {
    let cases = CASES.iter().enumerate().flat_map(|(case, (waits, mistake, due))| {
        ways(*waits, *mistake).iter().map(move |(name, way)| {
            let name = format!("mistakes::{waits:?}::{mistake:?}::{name}");
            Trial::test(name, move || names_the_mistake(case, *way, *due))
        })
    });
    cases.collect()
}

/// Is the subject of a case.
pub(crate) fn worker(case: &str) -> ExitCode {
    with_model(case, conformance::worker)
}

/// Is the host of a case.
pub(crate) fn host(case: &str) -> ExitCode {
    with_model(case, conformance::host)
}

fn with_model(case: &str, serve: fn(&Subject<'_>) -> ExitCode) -> ExitCode {
    let (waits, mistake, _) = CASES[case.parse::<usize>().expect("the number of a case")];
    serve(&subject(waits, &|| Ok(model(waits, mistake))))
}

/// Other programs can hide a mistake once: one that has no time to spin does not spin. So a mistake is tried three times, and each
/// attempt that failed is said.
fn names_the_mistake(case: usize, way: Way, due: Option<&str>) -> Result<(), Failed> {
    let attempts = if due.is_some() { 3 } else { 1 };
    for attempt in 1..attempts {
        match attempt_names_it(case, way, due) {
            Ok(()) => return Ok(()),
            Err(failed) => eprintln!("attempt {attempt}: {}", failed.message().unwrap_or_default()),
        }
    }
    attempt_names_it(case, way, due)
}

fn attempt_names_it(case: usize, way: Way, due: Option<&str>) -> Result<(), Failed> {
    let findings = way(case, patience(if due.is_some() { 1 } else { 3 }))?;
    let named = findings.first_cause.as_ref().map(|cause| cause.requirement.as_str());
    if named == due {
        return Ok(());
    }
    let broken: Vec<_> = findings.broken().map(|(row, why)| format!("{}: {why}", row.name)).collect();
    Err(format!("named {named:?}, not {due:?}; broken:\n{}", broken.join("\n")).into())
}

/// All requirements.
fn rows() -> Rows {
    Rows { group: Some(REQUIREMENT.into()), ..Rows::default() }
}

fn inside(case: usize, patience: Patience) -> io::Result<Findings> {
    let start = || as_worker("mistakes", &case.to_string());
    supervise("student", &start, &rows(), &patience, &mut |_| ControlFlow::Continue(()))
}

/// What a host has reached is known a little later.
fn outside(case: usize, patience: Patience) -> io::Result<Findings> {
    let (waits, mistake, _) = CASES[case];
    let subject = Outside {
        worker: &as_worker_outside,
        host: &|| as_host("mistakes", &case.to_string()),
        facts: subject(waits, &|| Ok(model(waits, mistake))).facts(),
    };
    let patience =
        Patience { overdue: patience.overdue * 2, overdue_again: patience.overdue_again * 2, ..patience };
    supervise_outside("student", &subject, &rows(), &patience, &mut |_| ControlFlow::Continue(()))
}

/// Little, for what hangs.
fn patience(attempts: usize) -> Patience {
    let short = Duration::from_millis(400);
    Patience {
        answer: Duration::from_secs(4),
        answer_again: Duration::from_secs(4),
        overdue: short,
        overdue_again: short / 2,
        left_behind: short,
        attempts,
        ..Patience::default()
    }
}
