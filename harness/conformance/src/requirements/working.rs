//! What is done with a reply, and what a trace tells of it.

use std::time::Duration;

use downstream_call::{Failure, Milestone, Run, Work};

use super::list::{Entry, FEW};
use super::{HOLDS, LATENCY, work_that_holds, work_that_panics};
use crate::Requirement;
use crate::breach::Held;
use crate::requirement::contract;
use crate::stage::{Stage, answers};
use crate::words::told;

/// What is done with a reply.
pub(super) const ROWS: &[Entry] = &[
    Entry {
        about: Requirement {
            name: "work is done with each reply",
            contract: contract::WORK,
            page: "mending.md#work",
            look_for: "a reply that is passed to FanOut::ended_after_work before its work is done. FanOut::ended does the work",
        },
        watched: &[],
        descriptors: FEW,
        hold: work_is_done_with_each_reply,
    },
    Entry {
        about: Requirement {
            name: "work with a reply delays no other call",
            contract: contract::NEIGHBOURS,
            page: "mending.md#work",
            look_for: "work that is done on the thread that waits: give it to a pool, and wait for its result without blocking",
        },
        watched: &[],
        descriptors: FEW,
        hold: work_delays_no_other_call,
    },
    Entry {
        about: Requirement {
            name: "a panic in the work costs one call",
            contract: contract::WORK,
            page: "mending.md#work",
            look_for: "work that is called without Work::on, which catches its panic",
        },
        watched: &[],
        descriptors: FEW,
        hold: a_panic_in_the_work_costs_one_call,
    },
    Entry {
        about: Requirement {
            name: "a trace has its milestones in order",
            contract: contract::TRACE,
            page: "mock.md",
            look_for: "an exchange that outlives its call: dropping it marks the end",
        },
        watched: &[],
        descriptors: FEW,
        hold: a_trace_has_its_milestones_in_order,
    },
];

fn work_is_done_with_each_reply(stage: &mut Stage<'_>) -> Held {
    let run = Run { work: Work::Fibonacci(15), ..Run::default() };
    let calls = stage.calls(10, Duration::ZERO);
    for outcome in stage.fan_out(&run, &calls)? {
        let worked = outcome.as_ref().ok().and_then(|reply| reply.worked);
        ensure!(
            worked == Some(610),
            "{} has {} of its work, not 610, the 15th Fibonacci number",
            told(&outcome),
            result(worked)
        );
    }
    Ok(())
}

fn result(worked: Option<u64>) -> String {
    worked.map_or("no result".into(), |result| format!("the result {result}"))
}

/// The work with the first reply holds its thread while three other answers come. A model that computes where it waits has to let
/// them wait, and says so.
fn work_delays_no_other_call(stage: &mut Stage<'_>) -> Held {
    let run = Run { work: Work::Function(work_that_holds), ..Run::default() };
    let mut calls = stage.calls(4, LATENCY * 3);
    calls[0] = stage.call("/echo/0", LATENCY);
    answers(&stage.fan_out(&run, &calls)?)?;
    let marks = stage.marks();
    let at = |call, milestone| {
        marks.iter().find(|mark| (mark.call, mark.milestone) == (call, milestone)).map(|mark| mark.at)
    };
    let end = at(0, Milestone::WorkEnds);
    for call in 1..4 {
        let waited = at(call, Milestone::Started) < end && at(call, Milestone::FirstByte) > end;
        ensure!(
            !waited || !stage.offloads,
            "call {call} had started, and its answer was read only after the work with the reply of call 0, which took {} ms",
            HOLDS.as_millis()
        );
    }
    Ok(())
}

fn a_panic_in_the_work_costs_one_call(stage: &mut Stage<'_>) -> Held {
    let run = Run { work: Work::Function(work_that_panics), ..Run::default() };
    let calls = stage.calls(10, Duration::ZERO);
    for (id, outcome) in stage.fan_out(&run, &calls)?.into_iter().enumerate() {
        let held = if id == 5 { outcome == Err(Failure::WorkPanicked) } else { outcome.is_ok() };
        ensure!(held, "call {id} ended with {}", told(&outcome));
    }
    stage.still_works()
}

/// `Sent` may be missing: a client library does not always say when it has sent a request. A model whose calls are made in
/// another process may trace nothing at all. Every run of the suite is traced.
fn a_trace_has_its_milestones_in_order(stage: &mut Stage<'_>) -> Held {
    let calls = stage.calls(5, Duration::from_millis(2));
    stage.fan_out(&Run::default(), &calls)?;
    let marks = stage.marks();
    for call in 0..5 {
        let order: Vec<_> =
            marks.iter().filter(|mark| mark.call == call).map(|mark| mark.milestone).collect();
        let due = [Milestone::Started, Milestone::Sent, Milestone::FirstByte, Milestone::Finished];
        let unsent = [Milestone::Started, Milestone::FirstByte, Milestone::Finished];
        let held = marks.is_empty() || order == due || order == unsent;
        ensure!(held, "call {call} was traced as {order:?}");
    }
    Ok(())
}
