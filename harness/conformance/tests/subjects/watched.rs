//! What is watched in every run is named, whichever row shows it.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

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
    /// Computes for a second before it looks at the answer.
    ComputesFirst,
}

/// What is tried, and what the suite has to say of it.
struct Case {
    fault: Fault,
    row: &'static str,
    /// The requirement that has to be named.
    requirement: &'static str,
    seen: &'static str,
    /// How long a call may take that is to be answered.
    answer_ms: u64,
    /// How long a call may not notice its answer.
    unnoticed_ms: u64,
}

/// Whatever is named, it is not a lost wake: computing may be too much, but that depends on the machine.
const NOT_A_LOST_WAKE: &str = "";

/// Longer than any row here takes.
const NEVER_MS: u64 = 60_000;

static CASES: [Case; 6] = [
    Case {
        fault: Fault::NotesNothing,
        row: "a call brings the answer",
        requirement: "a run returns one outcome for each call",
        seen: "no outcome was noted at index 0",
        answer_ms: 500,
        unnoticed_ms: NEVER_MS,
    },
    Case {
        fault: Fault::OversleepsAnswers,
        row: "a call waits until its answer comes",
        requirement: "an answer wakes the call that waits for it",
        seen: "only at its call's deadline: a wake was lost",
        answer_ms: 500,
        unnoticed_ms: NEVER_MS,
    },
    Case {
        fault: Fault::MissesAnswers,
        row: "a call waits until its answer comes",
        requirement: "an answer wakes the call that waits for it",
        seen: "was answered, and ended with timed-out at its deadline: a wake was lost",
        answer_ms: 500,
        unnoticed_ms: NEVER_MS,
    },
    Case {
        fault: Fault::OversleepsAnswers,
        row: "a huge timeout is no timeout",
        requirement: "an answer wakes the call that waits for it",
        seen: "call 0 of 3 was answered, and has not noticed it for 1 s",
        answer_ms: 500,
        unnoticed_ms: NEVER_MS,
    },
    Case {
        fault: Fault::OversleepsAnswers,
        row: "a call waits until its answer comes",
        requirement: "an answer wakes the call that waits for it",
        seen: "was answered, and has not noticed it for 0.3 s: a wake was lost",
        answer_ms: NEVER_MS,
        unnoticed_ms: 300,
    },
    Case {
        fault: Fault::ComputesFirst,
        row: "a call waits until its answer comes",
        requirement: NOT_A_LOST_WAKE,
        seen: "",
        answer_ms: NEVER_MS,
        unnoticed_ms: 300,
    },
];

/// A trial for each case.
pub(crate) fn trials() -> Vec<Trial> {
    let trial = |(number, case): (usize, &'static Case)| {
        let Case { fault, row, answer_ms, .. } = case;
        let name = format!("watched::{fault:?} in \"{row}\" within {answer_ms} ms");
        Trial::test(name, move || names_what_is_watched(number, case))
    };
    CASES.iter().enumerate().map(trial).collect()
}

/// Is the subject of a case.
pub(crate) fn worker(case: &str) -> ExitCode {
    let Case { fault, .. } = CASES[case.parse::<usize>().expect("the number of a case")];
    let new = move || Ok(Box::new(Faulty(fault)) as Box<dyn Model>);
    conformance::worker(&Subject { at_once: 1, ..Subject::new("faulty", &new) })
}

fn names_what_is_watched(number: usize, case: &Case) -> Result<(), Failed> {
    let start = || as_worker("watched", &number.to_string());
    let patience = Patience {
        answer: Duration::from_millis(case.answer_ms),
        overdue: Duration::from_millis(500),
        unnoticed: Duration::from_millis(case.unnoticed_ms),
        attempts: 1,
        ..Patience::default()
    };
    let rows = Rows { only: case.row.into(), ..Rows::default() };
    let findings = supervise("faulty", &start, &rows, &patience, &mut |_| ControlFlow::Continue(()))?;
    let has_lost_a_wake = findings.broken().any(|(_, why)| why.contains("a wake was lost"));
    match (findings.first_cause, case.requirement) {
        (_, NOT_A_LOST_WAKE) if !has_lost_a_wake => Ok(()),
        (Some(cause), due) if cause.requirement == due && cause.seen.contains(case.seen) => Ok(()),
        (Some(cause), _) => Err(format!("named {}: {}", cause.requirement, cause.seen).into()),
        (None, _) => Err("the row holds".into()),
    }
}

struct Faulty(Fault);

impl Model for Faulty {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        match self.0 {
            Fault::NotesNothing => Ok(vec![Err(Failure::Cancelled); calls.len()]),
            Fault::OversleepsAnswers => each(run, calls, oversleep),
            Fault::MissesAnswers => {
                let outcomes = each(run, calls, oversleep)?;
                Ok(outcomes.into_iter().map(|_| Err(Failure::TimedOut)).collect())
            }
            Fault::ComputesFirst => each(run, calls, compute),
        }
    }

    fn diamond(&mut self, _: &Run, _: &Diamond) -> io::Result<Outcome> {
        Ok(Err(Failure::Lost))
    }
}

/// Makes each call, whose small answer comes in one piece, and does something before it looks at the answer.
fn each(run: &Run, calls: &[Call], before: fn(&Call)) -> io::Result<Vec<Outcome>> {
    let one = |(index, call)| -> io::Result<Outcome> {
        let mut exchange = Exchange::new(run, index, call).map_err(io::Error::other)?;
        let mut buffer = vec![0; 4096];
        let mut socket = TcpStream::connect(call.address)?;
        let request = exchange.unsent(&mut buffer).to_vec();
        socket.write_all(&request)?;
        exchange.sent(request.len());
        let length = socket.read(&mut buffer)?;
        before(call);
        Ok(exchange.received(&buffer[..length]).unwrap_or(Err(Failure::Incomplete)))
    };
    calls.iter().enumerate().map(one).collect()
}

fn oversleep(call: &Call) {
    thread::sleep(call.timeout.min(Duration::from_secs(30)));
}

fn compute(_: &Call) {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(1) {
        std::hint::spin_loop();
    }
}
