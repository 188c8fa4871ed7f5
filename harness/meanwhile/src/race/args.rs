//! What to race, and how.

use std::num::NonZeroUsize;
use std::time::Duration;

use clap::Args;
use contestant::Program;
use contestant::text::{counted, human};
use downstream_call::Work;

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
    /// Where the random order of contestants starts [default: somewhere]
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
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.latency < self.how.timeout {
            return Ok(());
        }
        let (latency, timeout) = (human(self.latency), human(self.how.timeout));
        Err(Error::Usage(format!(
            "no call can be answered after {latency} within {timeout}: use a longer --timeout"
        )))
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
        format!("{calls}, each answered after {}{limit}{work}", human(self.latency))
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
