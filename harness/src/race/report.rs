//! What a race found out, as its JSON and CSV have it.

use std::io::Write;

use serde::{Deserialize, Serialize};

use super::environment::Environment;
use super::statistics::median;
use crate::measure::Usage;

/// What a reader of the JSON checks first.
pub(super) const SCHEMA: &str = "meanwhile.race/1";

/// A race: `meanwhile.race/1`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// `meanwhile.race/1`.
    pub schema: String,
    /// Where and how it was run.
    pub environment: Environment,
    /// One for each contestant and number of calls.
    pub results: Vec<Standing>,
}

/// How one contestant did with one number of calls.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Standing {
    /// Its name.
    pub contestant: String,
    /// How many calls it made in each round.
    pub calls: usize,
    /// How long the mock waited before each answer, in milliseconds.
    pub latency_ms: u64,
    /// One for each time it ran to its end.
    pub rounds: Vec<Round>,
    /// The median of each number; nothing for a contestant that failed or did not run.
    pub median: Option<Round>,
    /// Why it failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// Why it was not run, if it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_run: Option<String>,
}

/// What one process used, and what came of its calls. What the system does not tell is `null`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// From its start to its end, in seconds.
    pub wall_s: f64,
    /// CPU time in user mode, in seconds.
    pub user_s: Option<f64>,
    /// CPU time in the kernel, in seconds.
    pub system_s: Option<f64>,
    /// The most memory that was resident.
    pub peak_rss_bytes: Option<u64>,
    /// How often it let go of its core to wait.
    pub voluntary_switches: Option<u64>,
    /// How often its core was taken away.
    pub involuntary_switches: Option<u64>,
    /// The most threads at a time.
    pub peak_threads: Option<u64>,
    /// The most calls that the mock saw at a time.
    pub peak_in_flight: u64,
    /// Calls with the right answer.
    pub ok: usize,
    /// Calls without one.
    pub failed: usize,
}

/// One row of the CSV.
#[derive(Serialize)]
struct Row<'report> {
    contestant: &'report str,
    calls: usize,
    latency_ms: u64,
    round: Option<usize>,
    wall_s: Option<f64>,
    user_s: Option<f64>,
    system_s: Option<f64>,
    peak_rss_bytes: Option<u64>,
    voluntary_switches: Option<u64>,
    involuntary_switches: Option<u64>,
    peak_threads: Option<u64>,
    peak_in_flight: Option<u64>,
    ok: Option<usize>,
    failed: Option<usize>,
    reason: Option<&'report str>,
}

/// What came of one run of one contestant.
pub(super) struct Finish {
    pub(super) round: Option<Round>,
    pub(super) fault: Option<String>,
}

impl Report {
    /// Whether every contestant that ran answered everything.
    #[must_use]
    pub fn all_answered(&self) -> bool {
        self.results.iter().all(|standing| standing.failed.is_none())
    }

    pub(super) fn write_json(&self, mut out: impl Write) -> std::io::Result<()> {
        serde_json::to_writer_pretty(&mut out, self)?;
        writeln!(out)?;
        out.flush()
    }

    /// A row for each round, and one with the reason for each contestant that failed or did not run.
    pub(super) fn write_csv(&self, out: impl Write) -> std::io::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        for standing in &self.results {
            for (index, round) in standing.rounds.iter().enumerate() {
                csv.serialize(standing.row(Some((index + 1, round))))?;
            }
            if standing.reason().is_some() {
                csv.serialize(standing.row(None))?;
            }
        }
        csv.flush()
    }
}

impl Standing {
    /// Why there is no median.
    pub(super) fn reason(&self) -> Option<&str> {
        self.failed.as_deref().or(self.not_run.as_deref())
    }

    pub(super) fn is_out(&self) -> bool {
        self.reason().is_some()
    }

    /// Takes in what came of one run; a fault ends the race for this contestant.
    pub(super) fn note(&mut self, finish: Finish) {
        self.rounds.extend(finish.round);
        self.failed = finish.fault;
    }

    /// All rounds are over.
    pub(super) fn finish(&mut self) {
        if !self.is_out() {
            self.median = median(&self.rounds);
        }
    }

    fn row(&self, round: Option<(usize, &Round)>) -> Row<'_> {
        let (number, round) = round.unzip();
        Row {
            contestant: &self.contestant,
            calls: self.calls,
            latency_ms: self.latency_ms,
            round: number,
            wall_s: round.map(|round| round.wall_s),
            user_s: round.and_then(|round| round.user_s),
            system_s: round.and_then(|round| round.system_s),
            peak_rss_bytes: round.and_then(|round| round.peak_rss_bytes),
            voluntary_switches: round.and_then(|round| round.voluntary_switches),
            involuntary_switches: round.and_then(|round| round.involuntary_switches),
            peak_threads: round.and_then(|round| round.peak_threads),
            peak_in_flight: round.map(|round| round.peak_in_flight),
            ok: round.map(|round| round.ok),
            failed: round.map(|round| round.failed),
            reason: if round.is_none() { self.reason() } else { None },
        }
    }
}

impl Round {
    pub(super) fn new(usage: &Usage, peak_in_flight: u64, ok: usize, failed: usize) -> Self {
        Self {
            wall_s: usage.wall_s,
            user_s: usage.user_s,
            system_s: usage.system_s,
            peak_rss_bytes: usage.peak_rss_bytes,
            voluntary_switches: usage.voluntary_switches,
            involuntary_switches: usage.involuntary_switches,
            peak_threads: usage.peak_threads,
            peak_in_flight,
            ok,
            failed,
        }
    }

    /// How much of a core it used, from 0 to the number of cores.
    pub(super) fn cores(&self) -> Option<f64> {
        Some((self.user_s? + self.system_s?) / self.wall_s)
    }
}

impl Finish {
    /// Without a result.
    pub(super) fn out(fault: String) -> Self {
        Self { round: None, fault: Some(fault) }
    }
}
