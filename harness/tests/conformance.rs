//! Every model keeps every promise, whatever its downstream does.
//!
//! *What to notice.* Descriptors, threads and CPU time are a process's, so each group of rows has a process to itself;
//! that is also why all groups can run at once, and wait together.

mod support;

use harness::conformance::Document;
use harness::models::{Entry, Setup};
use support::{MEANWHILE, Ran};

const GROUPS: [&str; 5] = ["promise", "connect", "request", "head", "framing"];

harness::test_every_model! {
    fn every_row_is_held(model: &Entry) {
        let setup = Setup { meanwhile: Some(MEANWHILE.into()), ..Setup::default() };
        if let Err(reason) = model.make(&setup) {
            eprintln!("skipped: {} cannot be made here: {reason}", model.name);
            return;
        }
        let broken: Vec<_> = support::all_at_once(GROUPS.map(|group| {
            ["check", model.name, "--group", group, "--json=-"]
        })).into_iter().flat_map(|ran| broken_rows(&ran)).collect();
        assert!(broken.is_empty(), "{} breaks {} rows:\n{}", model.name, broken.len(), broken.join("\n"));
    }
}

fn broken_rows(ran: &Ran) -> Vec<String> {
    let document: Document = serde_json::from_str(&ran.stdout)
        .unwrap_or_else(|error| panic!("{error}: exit status {:?}, {}", ran.code, ran.stderr));
    let rows = document.reports.iter().flat_map(|report| {
        assert!(!report.rows.is_empty(), "a group without rows");
        report.broken().map(|(row, why)| format!("{}: {}: {why}", row.group, row.name))
    });
    rows.collect()
}
