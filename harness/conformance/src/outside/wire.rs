//! What a guest and its host say to each other: JSON, one value a line. The bodies of replies follow the line of their outcomes as
//! they are.
//!
//! *What to notice*: a guest believes no number that a host says. Lines and bodies have a limit, so that no host can fill the
//! memory of the process that judges it.

use std::io::{self, BufRead, Read as _, Write};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::ptr::fn_addr_eq;
use std::time::Duration;

use downstream_call::{Call, Failure, MAX_BODY_BYTES, Outcome, Reply, Run, Work};
use serde::{Deserialize, Serialize};

use crate::requirements::{work_that_holds, work_that_panics};

/// The longest line of a host: ten thousand outcomes take a tenth of it.
const LINE_BYTES: u64 = 16 * 1024 * 1024;
/// The longest bodies of one run, together.
const BODIES_BYTES: usize = 8 * MAX_BODY_BYTES;

/// From a guest.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Order {
    FanOut {
        run: WireRun,
        calls: Vec<WireCall>,
    },
    /// The diamond whose paths begin with this call's path.
    Diamond {
        run: WireRun,
        base: WireCall,
    },
    /// End the run in progress. It has no answer of its own.
    Cancel,
}

/// From a host.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// The model is made.
    Made,
    /// The model cannot be made, and why.
    NotMade(String),
    /// What has happened in the run so far: a line for each milestone, in their order.
    Milestones(Vec<String>),
    /// The run is over.
    Ended(Ended),
}

/// How a run ended.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Ended {
    /// In the order of the calls, or what the model says when it cannot work.
    pub(super) outcomes: Result<Vec<WireOutcome>, String>,
    /// The first panic on any thread, but for one that the suite wanted.
    pub(super) panic: Option<String>,
    /// The bodies of the replies one after the other; they follow the line.
    #[serde(skip)]
    pub(super) bodies: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct WireRun {
    pub(super) in_flight: NonZeroUsize,
    pub(super) first_failure_cancels: bool,
    pub(super) cancel: WireCancel,
    pub(super) traced: bool,
    pub(super) work: WireWork,
}

/// Whether a run can be cancelled, and has been.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum WireCancel {
    Never,
    Later,
    Already,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum WireWork {
    None,
    Fibonacci(u32),
    CpuTime(Duration),
    /// The suite's own functions, which both sides have.
    Panics,
    Holds,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WireCall {
    address: SocketAddr,
    host: String,
    path: String,
    timeout: Duration,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum WireOutcome {
    Reply { status: u16, body_bytes: usize, worked: Option<u64> },
    Failure(String),
}

impl WireRun {
    pub(super) fn new(run: &Run) -> Self {
        let cancel = match (run.cancel.socket(), run.cancel.is_cancelled()) {
            (None, _) => WireCancel::Never,
            (Some(_), false) => WireCancel::Later,
            (Some(_), true) => WireCancel::Already,
        };
        let Run { in_flight, first_failure_cancels, .. } = *run;
        Self { in_flight, first_failure_cancels, cancel, traced: run.trace.is_on(), work: run.work.into() }
    }
}

impl From<Work> for WireWork {
    fn from(work: Work) -> Self {
        match work {
            Work::None => Self::None,
            Work::Fibonacci(n) => Self::Fibonacci(n),
            Work::CpuTime(limit) => Self::CpuTime(limit),
            Work::Function(function) if fn_addr_eq(function, work_that_holds as fn(&Reply) -> u64) => {
                Self::Holds
            }
            // There is no other one in any row.
            Work::Function(_) => Self::Panics,
        }
    }
}

impl From<WireWork> for Work {
    fn from(work: WireWork) -> Self {
        match work {
            WireWork::None => Self::None,
            WireWork::Fibonacci(n) => Self::Fibonacci(n),
            WireWork::CpuTime(limit) => Self::CpuTime(limit),
            WireWork::Panics => Self::Function(work_that_panics),
            WireWork::Holds => Self::Function(work_that_holds),
        }
    }
}

impl From<&Call> for WireCall {
    fn from(call: &Call) -> Self {
        let (host, path) = (call.host.to_string(), call.path.to_string());
        Self { address: call.address, host, path, timeout: call.timeout }
    }
}

impl From<WireCall> for Call {
    fn from(call: WireCall) -> Self {
        let (host, path) = (call.host.into(), call.path.into());
        Self { address: call.address, host, path, timeout: call.timeout }
    }
}

impl Ended {
    pub(super) fn new(outcomes: Result<Vec<Outcome>, String>, panic: Option<String>) -> Self {
        let mut bodies = Vec::new();
        let outcome = |outcome| match outcome {
            Ok(Reply { status, body, worked }) => {
                bodies.extend_from_slice(&body);
                WireOutcome::Reply { status, body_bytes: body.len(), worked }
            }
            Err(failure) => WireOutcome::Failure(Failure::to_string(&failure)),
        };
        let outcomes = outcomes.map(|outcomes| outcomes.into_iter().map(outcome).collect());
        Self { outcomes, panic, bodies }
    }

    /// How the calls ended, or why the model could not work.
    pub(super) fn into_outcomes(self) -> Result<Vec<Outcome>, String> {
        let mut bodies = self.bodies.as_slice();
        let outcome = |outcome| match outcome {
            WireOutcome::Reply { status, body_bytes, worked } => {
                let (body, rest) = bodies.split_at_checked(body_bytes).ok_or(Failure::Lost)?;
                bodies = rest;
                Ok(Reply { status, body: body.to_vec(), worked })
            }
            WireOutcome::Failure(name) => Err(name.parse().unwrap_or(Failure::Lost)),
        };
        Ok(self.outcomes?.into_iter().map(outcome).collect())
    }

    /// Nothing if it is more than a run can have.
    fn body_bytes(&self) -> Option<usize> {
        let bytes = |outcome: &WireOutcome| match outcome {
            WireOutcome::Reply { body_bytes, .. } => *body_bytes,
            WireOutcome::Failure(_) => 0,
        };
        let outcomes = self.outcomes.as_ref().map_or(&[][..], Vec::as_slice);
        let all = outcomes.iter().map(bytes).try_fold(0_usize, usize::checked_add)?;
        (all <= BODIES_BYTES).then_some(all)
    }
}

impl Answer {
    /// Writes it in one piece.
    pub(super) fn write(&self, mut to: impl Write) -> io::Result<()> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        if let Self::Ended(ended) = self {
            line.extend_from_slice(&ended.bodies);
        }
        to.write_all(&line)?;
        to.flush()
    }

    /// Reads the next one; nothing at the end, also in the middle of one. What is no answer is returned as it is.
    pub(super) fn read(mut from: impl BufRead) -> Option<Result<Self, Vec<u8>>> {
        let mut line = Vec::new();
        let length = from.by_ref().take(LINE_BYTES).read_until(b'\n', &mut line).ok()?;
        if line.last() != Some(&b'\n') && (length as u64) < LINE_BYTES {
            return None;
        }
        Some(match serde_json::from_slice(&line) {
            Ok(Self::Ended(mut ended)) => {
                let Some(all) = ended.body_bytes() else { return Some(Err(line)) };
                from.take(all as u64).read_to_end(&mut ended.bodies).ok()?;
                if ended.bodies.len() < all {
                    return None;
                }
                Ok(Self::Ended(ended))
            }
            Ok(answer) => Ok(answer),
            Err(_) => Err(line),
        })
    }
}
