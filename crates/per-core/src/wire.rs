//! The messages between the parent and a child: JSON, one value on each line.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use downstream_call::{Call, Failure, Line, MachineClock, MilestoneLine, Outcome, Reply, Trace, Work};
use serde::{Deserialize, Serialize};

/// From the parent.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) enum Request {
    /// Make these calls; the outcomes are in the order of the calls.
    FanOut { in_flight: NonZeroUsize, work: WireWork, traced: bool, calls: Vec<WireCall> },
    /// Make the diamond whose paths begin with this call's path.
    Diamond { in_flight: NonZeroUsize, work: WireWork, traced: bool, base: WireCall },
    /// End what is running. It has no answer of its own.
    Cancel,
    /// Say at once that the process is there, also while its loop computes.
    AreYouThere,
}

/// From a child: once when it is ready, and once for each request but `Cancel`.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) enum Answer {
    /// The loop is made.
    Ready,
    /// How the calls have ended.
    Outcomes(Answered),
    /// The loop could not be made, or could not go on.
    Broken(String),
    Here,
}

/// How the calls of a request ended.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Answered {
    /// In the order of the calls.
    pub(crate) outcomes: Vec<WireOutcome>,
    /// The lines of the milestones, if they were asked for. The clock is that of the machine, so the parent understands
    /// them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    milestones: Vec<String>,
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct WireCall {
    address: SocketAddr,
    host: String,
    path: String,
    timeout: Duration,
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct WireOutcome {
    /// The line that a contestant prints.
    line: String,
    worked: Option<u64>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) enum WireWork {
    None,
    Fibonacci(u32),
    CpuTime(Duration),
}

impl Request {
    /// How long the calls may take, without the work with their replies, which has no deadline.
    pub(crate) fn patience(&self) -> Option<Duration> {
        let (calls, in_flight, timeout) = match self {
            Self::FanOut { in_flight, calls, .. } => {
                (calls.len(), in_flight, calls.iter().map(|call| call.timeout).max())
            }
            // Five calls, at worst one after another.
            Self::Diamond { base, .. } => (5, &NonZeroUsize::MIN, Some(base.timeout)),
            Self::Cancel | Self::AreYouThere => return None,
        };
        let turns = u32::try_from(calls.div_ceil(in_flight.get())).unwrap_or(u32::MAX);
        timeout.map(|timeout| timeout.saturating_mul(turns))
    }

    /// Whether the child computes with the replies, which may take any time.
    pub(crate) const fn computes(&self) -> bool {
        match self {
            Self::FanOut { work, .. } | Self::Diamond { work, .. } => !matches!(work, WireWork::None),
            Self::Cancel | Self::AreYouThere => false,
        }
    }
}

impl Answered {
    pub(crate) fn new(outcomes: Vec<Outcome>, trace: &Trace) -> Self {
        let clock = if trace.is_on() { MachineClock::read() } else { None };
        let lines = |clock| {
            let line = |mark| MilestoneLine::new(mark, &clock).to_string();
            trace.marks().iter().map(line).collect()
        };
        let outcomes = outcomes.into_iter().map(WireOutcome::from).collect();
        Self { outcomes, milestones: clock.map(lines).unwrap_or_default() }
    }

    /// Puts the child's milestones into the parent's trace of these calls.
    pub(crate) fn note_milestones(&self, trace: &Trace) {
        let clock = if self.milestones.is_empty() { None } else { MachineClock::read() };
        let Some(clock) = clock else { return };
        let mark = |line: &String| MilestoneLine::parse(line.as_bytes())?.mark(&clock);
        self.milestones.iter().filter_map(mark).for_each(|mark| trace.note_mark(mark));
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

impl From<Outcome> for WireOutcome {
    fn from(outcome: Outcome) -> Self {
        let worked = outcome.as_ref().ok().and_then(|reply| reply.worked);
        Self { line: Line::new(0, outcome).to_string(), worked }
    }
}

impl From<WireOutcome> for Outcome {
    fn from(outcome: WireOutcome) -> Self {
        let line = Line::parse(outcome.line.as_bytes()).ok_or(Failure::Lost)?;
        let (status, body) = line.answer?;
        Ok(Reply { status, body, worked: outcome.worked })
    }
}

impl WireWork {
    /// The work of the child, and the work that is left to the parent: a function does not pass through a pipe.
    pub(crate) fn divide(work: Work) -> (Self, Work) {
        match work {
            Work::None => (Self::None, Work::None),
            Work::Fibonacci(n) => (Self::Fibonacci(n), Work::None),
            Work::CpuTime(limit) => (Self::CpuTime(limit), Work::None),
            Work::Function(_) => (Self::None, work),
        }
    }
}

impl From<WireWork> for Work {
    fn from(work: WireWork) -> Self {
        match work {
            WireWork::None => Self::None,
            WireWork::Fibonacci(n) => Self::Fibonacci(n),
            WireWork::CpuTime(limit) => Self::CpuTime(limit),
        }
    }
}
