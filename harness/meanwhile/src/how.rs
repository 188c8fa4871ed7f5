//! How calls are made: the options that `run` and `race` share.

use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use downstream_call::{Run, Work};

use crate::models::{Entry, Setup};
use crate::text;

/// The options that `run` and `race` share.
#[derive(Args, Clone, Debug)]
pub struct HowArgs {
    /// From the start of a call to its last byte
    #[arg(long, default_value = "5s", value_name = "DURATION", value_parser = text::duration)]
    pub timeout: Duration,
    /// How many calls may wait at the same time [default: all]
    #[arg(long, value_name = "N", value_parser = text::count)]
    pub in_flight: Option<NonZeroUsize>,
    /// How many workers a pool has, or how many loops there are [default: 32, or one for each core]
    #[arg(long, value_name = "N", value_parser = text::workers)]
    pub workers: Option<NonZeroUsize>,
    /// What to compute with each reply: fib:30, or 40ms of CPU time
    #[arg(long, default_value = "none", value_name = "WORK")]
    pub work: WorkArg,
}

/// [`Work`] as it is written on a command line: `none`, `fib:30`, `40ms`.
#[derive(Clone, Copy, Debug)]
pub struct WorkArg(pub Work);

impl HowArgs {
    /// What a model is made with.
    #[must_use]
    pub fn setup(&self) -> Setup {
        Setup { workers: self.workers, ..Setup::default() }
    }

    /// What stays fixed for the run.
    #[must_use]
    pub fn run(&self) -> Run {
        let in_flight = self.in_flight.unwrap_or(NonZeroUsize::MAX);
        Run { in_flight, work: self.work.0, ..Run::default() }
    }

    /// How many of `calls` may be in flight.
    pub(crate) fn allowed(&self, calls: usize) -> usize {
        self.in_flight.map_or(calls, |in_flight| in_flight.get().min(calls))
    }

    /// How many of `calls` the model will have in flight.
    pub(crate) fn at_once(&self, model: &Entry, calls: usize) -> usize {
        model.at_once.limit(&self.setup()).min(self.allowed(calls))
    }

    /// The same options for another process.
    pub(crate) fn words(&self) -> impl Iterator<Item = String> {
        let timeout = format!("--timeout={}", humantime::format_duration(self.timeout));
        let in_flight = self.in_flight.map(|in_flight| format!("--in-flight={in_flight}"));
        let workers = self.workers.map(|workers| format!("--workers={workers}"));
        [timeout, format!("--work={}", self.work)].into_iter().chain(in_flight).chain(workers)
    }
}

impl WorkArg {
    /// The CPU time of one call's work, as far as it is known before.
    pub(crate) fn cpu_time(self) -> Duration {
        match self.0 {
            Work::CpuTime(time) => time,
            Work::None | Work::Fibonacci(_) | Work::Function(_) => Duration::ZERO,
        }
    }
}

impl FromStr for WorkArg {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const CURE: &str = "write fib:30, 40ms or none";
        let work = match text.strip_prefix("fib:") {
            Some(n) => Work::Fibonacci(n.parse().map_err(|_| CURE)?),
            None if text == "none" => Work::None,
            None => Work::CpuTime(text::duration(text).map_err(|_| CURE)?),
        };
        Ok(Self(work))
    }
}

impl fmt::Display for WorkArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Work::None => f.write_str("none"),
            Work::Fibonacci(n) => write!(f, "fib:{n}"),
            Work::CpuTime(time) => humantime::format_duration(time).fmt(f),
            Work::Function(_) => f.write_str("function"),
        }
    }
}
