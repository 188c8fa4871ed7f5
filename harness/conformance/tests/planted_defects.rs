//! The suite catches what it has to catch, and for the right reason: a small model with one planted defect after the other.
//!
//! *What to notice*: one test goes through the table. A suite counts the threads and descriptors of its process, so nothing
//! else may run beside it.
//!
//! *What is deliberately missing*: a model that spins: where other programs want the cores, it looks like one that waits.
#![cfg(target_os = "linux")]

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use conformance::{Cancels, Rows, Subject, check};
use downstream_call::{Call, Diamond, Failure, Model, Outcome, Reply, Run};

/// What is wrong with the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Defect {
    Nothing,
    SwapsOutcomes,
    DropsAnOutcome,
    LeavesSocketsOpen,
    IgnoresCancelling,
    IgnoresTheDeadline,
}

/// Each defect, the row that has to break, and what the reason has to contain; no reason where the row has to hold.
const CASES: [(Defect, Cancels, &str, &str); 8] = [
    (Defect::Nothing, Cancels::ByTheDeadline, "outcomes come in the order of calls", ""),
    (
        Defect::SwapsOutcomes,
        Cancels::ByTheDeadline,
        "outcomes come in the order of calls",
        "call 0 ended with Ok",
    ),
    (
        Defect::DropsAnOutcome,
        Cancels::ByTheDeadline,
        "outcomes come in the order of calls",
        "had 19 outcomes",
    ),
    (Defect::LeavesSocketsOpen, Cancels::ByTheDeadline, "outcomes come in the order of calls", "left behind"),
    (Defect::IgnoresTheDeadline, Cancels::ByTheDeadline, "no time at all is too little", "ended with Ok"),
    (Defect::IgnoresCancelling, Cancels::ByTheDeadline, "a run cancelled before it starts", "ended with [Ok"),
    (Defect::Nothing, Cancels::ByTheDeadline, "cancelling ends what receives", ""),
    (Defect::Nothing, Cancels::AtOnce, "cancelling ends what receives", "ended with Err(TimedOut)"),
];

#[test]
fn each_defect_breaks_its_row_for_the_right_reason() {
    for (defect, cancels, row, reason) in CASES {
        let new = || Ok(Box::new(OneByOne { defect, left: Vec::new() }) as Box<dyn Model>);
        let subject = Subject { at_once: 1, cancels, ..Subject::new("planted", &new) };
        let findings = check(&subject, &Rows { only: row.into(), ..Rows::default() }).expect("a mock");
        let why = findings.broken().map(|(_, why)| why).next().unwrap_or_default();
        assert!(findings.rows.iter().any(|found| found.name.contains(row)), "no row is called {row}");
        assert!(why.contains(reason) && why.is_empty() == reason.is_empty(), "{defect:?}: {row}: {why:?}");
    }
}

/// Makes one blocking call after the other, and understands no more of HTTP than the rows above need.
struct OneByOne {
    defect: Defect,
    left: Vec<TcpStream>,
}

impl Model for OneByOne {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        let mut outcomes: Vec<_> = calls.iter().map(|call| self.call(run, call)).collect();
        match self.defect {
            Defect::SwapsOutcomes => outcomes.reverse(),
            Defect::DropsAnOutcome => _ = outcomes.pop(),
            _ => {}
        }
        Ok(outcomes)
    }

    fn diamond(&mut self, _: &Run, _: &Diamond) -> io::Result<Outcome> {
        Ok(Err(Failure::Lost))
    }
}

impl OneByOne {
    fn call(&mut self, run: &Run, call: &Call) -> Outcome {
        if run.cancel.is_cancelled() && self.defect != Defect::IgnoresCancelling {
            return Err(Failure::Cancelled);
        }
        let deadline = Instant::now() + call.timeout.min(Duration::from_secs(60));
        let mut stream = TcpStream::connect(call.address)?;
        let (path, host) = (&call.path, &call.host);
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
        let answer = self.read(&mut stream, deadline)?;
        if self.defect == Defect::LeavesSocketsOpen {
            self.left.push(stream);
        }
        let body = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or(Failure::Incomplete)? + 4;
        Ok(Reply { status: 200, body: answer[body..].into(), worked: None })
    }

    fn read(&self, stream: &mut TcpStream, deadline: Instant) -> io::Result<Vec<u8>> {
        let mut answer = Vec::new();
        let mut scratch = [0; 1024];
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.defect {
                Defect::IgnoresTheDeadline => {}
                _ if left.is_zero() => return Err(io::ErrorKind::TimedOut.into()),
                _ => stream.set_read_timeout(Some(left))?,
            }
            match stream.read(&mut scratch) {
                Ok(0) => return Ok(answer),
                Ok(length) => answer.extend_from_slice(&scratch[..length]),
                Err(error) => return Err(error),
            }
        }
    }
}
