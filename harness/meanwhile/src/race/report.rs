//! What a race found out, as its JSON and CSV have it.

use std::borrow::Cow;
use std::io::Write;

use serde::{Deserialize, Serialize};

use super::environment::Environment;
use super::round::{Finish, Round};
use super::statistics::median;
use crate::text::defused;

/// What a reader of the JSON checks first.
const SCHEMA: &str = "meanwhile.race/1";

/// A race: `meanwhile.race/1`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RaceReport {
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
    /// Its place by wall among those with this number of calls; those within the noise share one.
    #[serde(default)]
    pub rank: Option<usize>,
    /// Why it failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// Why it was not run, if it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_run: Option<String>,
}

/// One row of the CSV.
#[derive(Serialize)]
struct Row<'report> {
    contestant: Cow<'report, str>,
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
    left_behind: Option<u64>,
    others_cores: Option<f64>,
    waiting_share: Option<f64>,
    answered_p50_s: Option<f64>,
    answered_p90_s: Option<f64>,
    answered_p99_s: Option<f64>,
    answered_max_s: Option<f64>,
    reason: Option<Cow<'report, str>>,
}

impl RaceReport {
    pub(crate) fn new(environment: Environment) -> Self {
        Self { schema: SCHEMA.into(), environment, results: Vec::new() }
    }

    /// Whether any contestant has run to its end.
    pub(crate) fn has_rounds(&self) -> bool {
        self.results.iter().any(|standing| !standing.rounds.is_empty())
    }

    /// The most rounds that any contestant has run to its end.
    pub(super) fn most_rounds(&self) -> usize {
        self.results.iter().map(|standing| standing.rounds.len()).max().unwrap_or(0)
    }

    /// Whether every contestant that ran answered everything.
    #[must_use]
    pub fn all_answered(&self) -> bool {
        self.results.iter().all(|standing| standing.failed.is_none())
    }

    pub(crate) fn write_json(&self, mut out: impl Write) -> std::io::Result<()> {
        serde_json::to_writer_pretty(&mut out, self)?;
        writeln!(out)?;
        out.flush()
    }

    /// A row for each round, and one with the reason for each contestant that failed or did not run.
    pub(crate) fn write_csv(&self, out: impl Write) -> std::io::Result<()> {
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

    /// All rounds are over, or the race has ended before.
    pub(super) fn finish(&mut self) {
        if self.is_out() {
            return;
        }
        self.median = median(&self.rounds);
        if self.median.is_none() {
            self.not_run = Some("the race ended before its turn".into());
        }
    }

    fn row(&self, round: Option<(usize, &Round)>) -> Row<'_> {
        let (number, round) = round.unzip();
        let answered = round.and_then(|round| round.answered);
        Row {
            contestant: defused(&self.contestant),
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
            left_behind: round.map(|round| round.left_behind),
            others_cores: round.and_then(|round| round.others_cores),
            waiting_share: round.and_then(|round| round.waiting_share),
            answered_p50_s: answered.map(|answered| answered.p50_s),
            answered_p90_s: answered.map(|answered| answered.p90_s),
            answered_p99_s: answered.map(|answered| answered.p99_s),
            answered_max_s: answered.map(|answered| answered.max_s),
            reason: if round.is_none() { self.reason().map(defused) } else { None },
        }
    }
}
