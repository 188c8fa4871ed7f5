//! What to race, and how.

use std::num::NonZeroUsize;
use std::time::Duration;

use clap::Args;
use contestant::Program;
use contestant::text::{counted, human};
use downstream_call::Work;
use downstream_mock::Jitter;

use super::latencies::latencies;
use crate::{Error, HowArgs, LiveArgs, Pictures, models, text};

/// The options of `meanwhile race`.
#[derive(Args, Clone, Debug)]
pub struct RaceArgs {
    /// Models, and names given by --with [default: all that can run here]
    #[arg(value_name = "CONTESTANT", value_parser = models::ModelName, hide_possible_values = true)]
    pub contestants: Vec<String>,
    /// How many calls each contestant makes; one race for each number
    #[arg(long, default_value = "2,100", value_name = "N,…", value_delimiter = ',', value_parser = text::count)]
    pub calls: Vec<NonZeroUsize>,
    /// How long the downstream takes to answer
    #[arg(long, default_value = "1s", value_name = "DURATION", value_parser = text::duration)]
    pub latency: Duration,
    /// Let latencies differ, the same for every contestant: none, uniform:MS, normal:MS or long-tail:MS:SHAPE; adds p50, p90, p99
    #[arg(long, default_value = "none", value_name = "JITTER")]
    pub jitter: Jitter,
    /// How to call
    #[command(flatten)]
    pub how: HowArgs,
    /// How often each contestant runs; the table then shows medians
    #[arg(long, default_value = "1", value_name = "N", value_parser = text::count)]
    pub rounds: NonZeroUsize,
    /// Leave out contestants that are expected to take longer
    #[arg(long, default_value = "10s", value_name = "DURATION", value_parser = text::duration)]
    pub patience: Duration,
    /// A table for a projector: few rows, few columns, a sentence for each [default contestants: one for each idea]
    #[arg(long)]
    pub projector: bool,
    /// Where the random order of contestants and the jitter start [default: somewhere]
    #[arg(long, value_name = "N", value_parser = text::whole)]
    pub seed: Option<u64>,
    /// Let any program run: NAME='COMMAND {url} {calls}', and {in_flight}, {timeout_s} where it takes them
    #[arg(long, value_name = "NAME=COMMAND", value_parser = program)]
    pub with: Vec<Program>,
    /// Write everything as JSON to a file; - is standard output, which then has nothing else
    #[arg(long, value_name = "FILE")]
    pub json: Option<String>,
    /// Write a row for each round as CSV to a file; - is standard output, which then has nothing else
    #[arg(long, value_name = "FILE")]
    pub csv: Option<String>,
    /// What to draw
    #[command(flatten)]
    pub pictures: Pictures,
    /// Who may look on
    #[command(flatten)]
    pub live: LiveArgs,
}

impl RaceArgs {
    /// # Errors
    /// A call cannot be answered in time.
    pub(crate) fn check(&self, seed: u64) -> Result<(), Error> {
        let Some((call, latency)) = self.too_late(seed) else { return Ok(()) };
        let (latency, timeout) = (human(latency), human(self.how.timeout));
        Err(Error::Usage(if self.has_jitter() {
            format!(
                "call {call} cannot be answered after {latency} within {timeout}: use a longer --timeout or less --jitter"
            )
        } else {
            format!("no call can be answered after {latency} within {timeout}: use a longer --timeout")
        }))
    }

    /// The first call whose latency is no shorter than its timeout, and that latency.
    fn too_late(&self, seed: u64) -> Option<(usize, Duration)> {
        let that_differ = if self.has_jitter() { self.most_calls() } else { 1 };
        latencies(self, seed).take(that_differ).enumerate().find(|(_, latency)| *latency >= self.how.timeout)
    }

    /// The most calls that a contestant makes.
    pub(crate) fn most_calls(&self) -> usize {
        self.calls.iter().max().map_or(0, |calls| calls.get())
    }

    /// Whether latencies differ, so that their percentiles say something.
    pub(crate) fn has_jitter(&self) -> bool {
        self.jitter != Jitter::None
    }

    /// One race for each of them, in their order; one that is there twice is raced once.
    pub(crate) fn numbers_of_calls(&self) -> Vec<NonZeroUsize> {
        let mut numbers = Vec::new();
        for calls in &self.calls {
            if !numbers.contains(calls) {
                numbers.push(*calls);
            }
        }
        numbers
    }

    /// What every contestant has to do.
    pub(crate) fn headline(&self, calls: usize) -> String {
        let calls = counted(calls, "call");
        let limit = self.how.in_flight.map(|most| format!(", at most {most} at once")).unwrap_or_default();
        let work = match self.how.work.0 {
            Work::None => String::new(),
            _ => format!(", with {} of work for each", self.how.work),
        };
        let workers = self.how.workers.map(|workers| format!(", by pools of {workers}")).unwrap_or_default();
        let jitter = if self.has_jitter() { format!(" (jitter {})", self.jitter) } else { String::new() };
        format!("{calls}, each answered after {}{jitter}{limit}{workers}{work}", human(self.latency))
    }

    pub(super) fn latency_ms(&self) -> u64 {
        u64::try_from(self.latency.as_millis()).unwrap_or(u64::MAX)
    }
}

/// A program on the command line.
pub(crate) fn program(text: &str) -> Result<Program, String> {
    let program: Program = text.parse()?;
    if models::named(&program.name).is_ok() {
        return Err(format!("{} is a model's name: choose another", program.name));
    }
    Ok(program)
}
