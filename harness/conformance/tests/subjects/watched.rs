//! What is watched in every run is named, whichever row shows it.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use conformance::{Patience, Rows, Subject, supervise};
use downstream_call::{Call, Diamond, Exchange, Failure, Model, Outcome, Run};
use libtest_mimic::{Failed, Trial};

use crate::as_worker;

/// What is wrong with a subject.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// Notes no outcome, so that its ledger says `cancelled`.
    NotesNothing,
    /// Sleeps until a call's deadline, and only then looks at the answer.
    OversleepsAnswers,
    /// The same, and does not look then.
    MissesAnswers,
}

/// The subject, the row that is tried, the requirement that has to be named, and what was seen.
const CASES: [(Fault, &str, &str, &str); 4] = [
    (
        Fault::NotesNothing,
        "a call brings the answer",
        "a run returns one outcome for each call",
        "no outcome was noted at index 0",
    ),
    (
        Fault::OversleepsAnswers,
        "a call waits until its answer comes",
        "an answer wakes the call that waits for it",
        "only at its call's deadline: a wake was lost",
    ),
    (
        Fault::MissesAnswers,
        "a call waits until its answer comes",
        "an answer wakes the call that waits for it",
        "was answered, and ended with timed-out at its deadline: a wake was lost",
    ),
    (
        Fault::OversleepsAnswers,
        "a huge timeout is no timeout",
        "an answer wakes the call that waits for it",
        "call 0 of 3 was answered, and has not noticed it for",
    ),
];

/// A trial for each case.
pub(crate) fn trials() -> Vec<Trial> {
    let trial = |(case, (fault, row, ..)): (usize, &(Fault, &str, &str, &str))| {
        Trial::test(format!("watched::{fault:?} in \"{row}\""), move || names_what_is_watched(case))
    };
    CASES.iter().enumerate().map(trial).collect()
}

/// Is the subject of a case.
pub(crate) fn worker(case: &str) -> ExitCode {
    let (fault, ..) = CASES[case.parse::<usize>().expect("the number of a case")];
    let new = move || Ok(Box::new(Faulty(fault)) as Box<dyn Model>);
    conformance::worker(&Subject { at_once: 1, ..Subject::new("faulty", &new) })
}

fn names_what_is_watched(case: usize) -> Result<(), Failed> {
    let (_, row, requirement, seen) = CASES[case];
    let start = || as_worker("watched", &case.to_string());
    let soon = Duration::from_millis(500);
    let patience = Patience { answer: soon, overdue: soon, attempts: 1, ..Patience::default() };
    let rows = Rows { only: row.into(), ..Rows::default() };
    let findings = supervise("faulty", &start, &rows, &patience, &mut |_| ControlFlow::Continue(()))?;
    let cause = findings.first_cause.ok_or("the row holds")?;
    if cause.requirement == requirement && cause.seen.contains(seen) {
        return Ok(());
    }
    Err(format!("named {}: {}", cause.requirement, cause.seen).into())
}

struct Faulty(Fault);

impl Model for Faulty {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        match self.0 {
            Fault::NotesNothing => Ok(vec![Err(Failure::Cancelled); calls.len()]),
            Fault::OversleepsAnswers => {
                calls.iter().enumerate().map(|(index, call)| oversleep(run, index, call)).collect()
            }
            Fault::MissesAnswers => {
                let late = calls.iter().enumerate().map(|(index, call)| oversleep(run, index, call));
                late.map(|ended| ended.map(|_| Err(Failure::TimedOut))).collect()
            }
        }
    }

    fn diamond(&mut self, _: &Run, _: &Diamond) -> io::Result<Outcome> {
        Ok(Err(Failure::Lost))
    }
}

/// Makes a call whose small answer comes in one piece.
fn oversleep(run: &Run, index: usize, call: &Call) -> io::Result<Outcome> {
    let mut exchange = Exchange::new(run, index, call).map_err(io::Error::other)?;
    let mut buffer = vec![0; 4096];
    let mut socket = TcpStream::connect(call.address)?;
    let request = exchange.unsent(&mut buffer).to_vec();
    socket.write_all(&request)?;
    exchange.sent(request.len());
    let length = socket.read(&mut buffer)?;
    thread::sleep(call.timeout.min(Duration::from_secs(30)));
    Ok(exchange.received(&buffer[..length]).unwrap_or(Err(Failure::Incomplete)))
}
