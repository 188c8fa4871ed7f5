//! The conformance suite: what every model promises, and what no downstream may do to it.
//!
//! *What to notice*: two lists: [`promises`] are the contract's sentences, each a function; the matrix ([`faults`]) is the
//! mock's catalogue, each fault alone and among healthy calls. Every run of either is watched ([`Stage`]): threads and
//! descriptors must be what they were, and the CPU time what waiting may cost. `meanwhile check`, the tests and the
//! grading of exercises all run this one suite.
//!
//! *What is deliberately missing*: parallel rows. Descriptors, threads and CPU time are the whole process's, so a suite
//! has its process to itself.

mod broken_diamond;
mod faults;
mod one_in_ten;
mod program;
mod promises;
mod report;
mod resources;
mod rows;
mod stage;

pub use program::check_program;
pub use report::{Document, Report, Row, Verdict};
pub use rows::Rows;
pub use stage::Stage;

use std::io;
use std::time::Instant;

use downstream_call::Model;

use crate::models::{Entry, Setup};

/// What is held against the suite.
pub struct Subject<'a> {
    /// Its name in the report.
    pub name: &'a str,
    /// Makes the model; every row gets the same one, as a run must not spoil the next.
    pub make: &'a dyn Fn() -> io::Result<Box<dyn Model>>,
    /// How many calls it can have in flight.
    pub at_once: usize,
    /// Whether it may use CPU time while it waits: one model's lesson is what that costs.
    pub spins: bool,
}

/// Holds a model of the list against these rows of the suite.
///
/// # Errors
/// The model cannot be made here, or the mock cannot start.
pub fn check_entry(entry: &Entry, setup: &Setup, rows: &Rows) -> io::Result<Report> {
    let make = || entry.make(setup);
    let spins = entry.name == "busy-poll";
    check(&Subject { name: entry.name, make: &make, at_once: entry.at_once.limit(setup), spins }, rows)
}

/// Holds a subject against these rows of the suite.
///
/// # Errors
/// The model cannot be made here, or the mock cannot start.
pub fn check(subject: &Subject<'_>, rows: &Rows) -> io::Result<Report> {
    quiet_panics();
    let mut stage = Stage::new(subject)?;
    let mut report = Report::new(subject.name);
    let large = if rows.large { promises::LARGE } else { &[] };
    let promises = promises::ALL.iter().chain(large);
    for (name, promise) in promises.filter(|(name, _)| rows.include("promise", name)) {
        report.add("promise", name, || attempt(|| promise(&mut stage)));
    }
    for (group, faults) in faults::by_group(rows) {
        for fault in &faults {
            report.add(&group, &fault.name, || attempt(|| faults::alone(&mut stage, fault)));
        }
        let name = format!("{} faults among {} healthy calls", faults.len(), faults::NEIGHBOURS);
        report.add(&group, &name, || attempt(|| faults::among(&mut stage, &faults)));
    }
    Ok(report)
}

/// Runs a row up to three times: noise on a busy machine passes, a defect stays. What took seconds was no noise; a call
/// that missed its wake, say, and found it again at its deadline.
fn attempt(mut row: impl FnMut() -> Result<(), String>) -> Verdict {
    let started = Instant::now();
    let mut result = row();
    for _ in 0..2 {
        if result.is_ok() || started.elapsed().as_secs() >= 5 {
            break;
        }
        result = row();
    }
    result.map_or_else(Verdict::Broken, |()| Verdict::Held)
}

/// One promise is about a panic in a call's work; its message would look like the suite's own.
fn quiet_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.payload().downcast_ref::<String>().is_none_or(|text| text != promises::PANIC) {
            usual(info);
        }
    }));
}
