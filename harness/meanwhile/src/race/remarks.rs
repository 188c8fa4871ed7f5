//! What a reader has to know before believing a table: what else kept the cores busy, what a contestant left behind, and
//! whether the race ended early.

use ::contestant::text::counted;

use super::report::{RaceReport, Standing};
use super::round::Round;

/// The share of the cores from which on other processes spoil the numbers.
const NOISY_SHARE: f64 = 0.25;

impl RaceReport {
    /// A line for each remark, for below the table.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let early =
            self.environment.ended_early.then(|| "the race ended early: not all of it was run".into());
        early.into_iter().chain(self.noise_warning()).chain(self.left_behind()).collect()
    }

    /// Says with a figure that other processes spoil the numbers, if they do.
    #[must_use]
    pub fn noise_warning(&self) -> Option<String> {
        let cores = self.environment.cores?;
        let others: Vec<_> = self.rounds().filter_map(|round| round.others_cores).collect();
        let noisy: Vec<_> = others.iter().filter(|others| **others > NOISY_SHARE * cores as f64).collect();
        let most = noisy.iter().copied().max_by(|one, other| one.total_cmp(other))?;
        let (runs, too_short) = (self.rounds().count(), self.rounds().count() - others.len());
        let untold = if too_short > 0 { format!(" ({too_short} too short to tell)") } else { String::new() };
        Some(format!(
            "noise: other processes kept up to {:.1} of {} busy, in {} of {}{untold}: end them and race again",
            most.min(cores as f64),
            counted(cores, "core"),
            noisy.len(),
            counted(runs, "run"),
        ))
    }

    fn left_behind(&self) -> impl Iterator<Item = String> {
        let most = |standing: &Standing| standing.rounds.iter().map(|round| round.left_behind).max();
        let left = self.results.iter().filter_map(move |standing| Some((standing, most(standing)?)));
        left.filter(|(_, most)| *most > 0).map(|(standing, most)| {
            let (name, calls) = (&standing.contestant, counted(standing.calls, "call"));
            let processes = match most {
                1 => "1 process".into(),
                _ => format!("{most} processes"),
            };
            format!("{name}, {calls}: left {processes} behind, which the race ended; all CPU time counts")
        })
    }

    fn rounds(&self) -> impl Iterator<Item = &Round> {
        self.results.iter().flat_map(|standing| &standing.rounds)
    }
}
