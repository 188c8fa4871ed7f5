//! A model keeps the contract in a process of its own as it does beside the rows: one model that blocks, a loop, a runtime.

use std::ops::ControlFlow;
use std::process::Command;
use std::thread;

use conformance::{
    GROUPS, HOST_ARGUMENT, Outside, Patience, REQUIREMENT, Rows, WORKER_ARGUMENT, cases, supervise_outside,
};
use meanwhile::models::{Setup, named};
use rstest::rstest;

use crate::support::MEANWHILE;

/// All groups at once: they wait more than they compute. What a downstream does to a call is the same wherever the model is, so the
/// faults are tried with one model.
#[rstest]
#[case::all_rows("epoll-state-machine", &GROUPS)]
#[case::every_requirement("serial", &[REQUIREMENT])]
#[case::every_requirement("async-await", &[REQUIREMENT])]
fn a_model_in_a_process_of_its_own_holds(#[case] model: &'static str, #[case] groups: &'static [&str]) {
    let checks: Vec<_> =
        groups.iter().map(|group| thread::spawn(move || broken_rows(model, group))).collect();
    let broken: Vec<_> = checks.into_iter().flat_map(|check| check.join().expect("no panic")).collect();
    assert!(broken.is_empty(), "{model} breaks {} rows:\n{}", broken.len(), broken.join("\n"));
}

/// Rows that were not tried are among them.
fn broken_rows(model: &str, group: &str) -> Vec<String> {
    let command = |arguments: &[&str]| {
        let mut command = Command::new(MEANWHILE);
        command.args(arguments);
        command
    };
    let outside = Outside {
        worker: &|| command(&[WORKER_ARGUMENT]),
        host: &|| command(&[HOST_ARGUMENT, model]),
        facts: named(model).expect("a model of the list").facts(&Setup::default()),
    };
    let rows = Rows { group: Some(group.into()), ..Rows::default() };
    let go_on = &mut |_: conformance::Event<'_>| ControlFlow::Continue(());
    let findings =
        supervise_outside(model, &outside, &rows, &Patience::default(), go_on).expect("a worker, and a host");
    assert_eq!(findings.rows.len(), cases(&rows).len());
    let not_held = findings.broken().chain(findings.skipped());
    not_held.map(|(row, why)| format!("{}: {why}", row.title())).collect()
}
