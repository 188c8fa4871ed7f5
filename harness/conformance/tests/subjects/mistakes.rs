//! Each mistake that students make breaks the requirement that names it first, and the suite gets to its end with all of them.
//!
//! *What to notice*: the table. On its left is what a student has done, on its right what the suite says of it.

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Duration;

use conformance::{Findings, Patience, REQUIREMENT, Rows, supervise};
use libtest_mimic::{Failed, Trial};

use crate::as_worker;
use crate::student::{Mistake, Waits, model, subject};

/// The model, its mistake, and the requirement that names it. The first three take longest.
const CASES: [(Waits, Mistake, Option<&str>); 23] = [
    (Waits::InPoll, Mistake::BlockingRead, Some("a slow answer delays no other call")),
    (Waits::InPoll, Mistake::DeafToCancel, Some("cancelling ends what waits by its deadline")),
    (Waits::InRead, Mistake::LeakedSockets, Some("a run gives back every descriptor and thread")),
    (Waits::InPoll, Mistake::None, None),
    (Waits::InPoll, Mistake::EventIsAnswer, Some("an answer may come in parts")),
    (Waits::InPoll, Mistake::NoDeadline, Some("a call that is never answered ends by its deadline")),
    (Waits::InPoll, Mistake::DeadlineForEachRead, Some("a deadline is for the whole call")),
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

/// A trial for each mistake.
pub(crate) fn trials() -> Vec<Trial> {
    let trial = |(case, (waits, mistake, due)): (usize, &(Waits, Mistake, Option<&'static str>))| {
        let due = *due;
        Trial::test(format!("mistakes::{waits:?}::{mistake:?}"), move || names_the_mistake(case, due))
    };
    CASES.iter().enumerate().map(trial).collect()
}

/// Is the subject of a case.
pub(crate) fn worker(case: &str) -> ExitCode {
    let (waits, mistake, _) = CASES[case.parse::<usize>().expect("the number of a case")];
    conformance::worker(&subject(waits, &|| Ok(model(waits, mistake))))
}

fn names_the_mistake(case: usize, due: Option<&str>) -> Result<(), Failed> {
    let findings = checked(case, if due.is_some() { 1 } else { 3 });
    let named = findings.first_cause.as_ref().map(|cause| cause.requirement.as_str());
    if named == due {
        return Ok(());
    }
    let broken: Vec<_> = findings.broken().map(|(row, why)| format!("{}: {why}", row.name)).collect();
    Err(format!("named {named:?}, not {due:?}; broken:\n{}", broken.join("\n")).into())
}

/// All requirements, with little patience for what hangs.
fn checked(case: usize, attempts: usize) -> Findings {
    let start = || as_worker("mistakes", &case.to_string());
    let short = Duration::from_millis(400);
    let patience = Patience {
        answer: Duration::from_secs(4),
        overdue: short,
        overdue_again: short / 4,
        left_behind: short,
        attempts,
        ..Patience::default()
    };
    let rows = Rows { group: Some(REQUIREMENT.into()), ..Rows::default() };
    supervise("student", &start, &rows, &patience, &mut |_| ControlFlow::Continue(())).expect("a worker")
}
