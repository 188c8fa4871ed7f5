//! Medians, and how far rounds are apart.

use super::answered::Answered;
use super::round::Round;

/// The median of each number by itself; nothing without rounds.
pub(super) fn median(rounds: &[Round]) -> Option<Round> {
    let real = |number: fn(&Round) -> Option<f64>| middle(rounds.iter().filter_map(number).collect());
    let whole = |number: fn(&Round) -> Option<u64>| {
        let numbers = rounds.iter().filter_map(number).map(|number| number as f64).collect();
        middle(numbers).map(|middle| middle.round() as u64)
    };
    Some(Round {
        wall_s: real(|round| Some(round.wall_s))?,
        user_s: real(|round| round.user_s),
        system_s: real(|round| round.system_s),
        peak_rss_bytes: whole(|round| round.peak_rss_bytes),
        voluntary_switches: whole(|round| round.voluntary_switches),
        involuntary_switches: whole(|round| round.involuntary_switches),
        peak_threads: whole(|round| round.peak_threads),
        peak_in_flight: whole(|round| Some(round.peak_in_flight))?,
        ok: whole(|round| Some(round.ok as u64))? as usize,
        failed: whole(|round| Some(round.failed as u64))? as usize,
        left_behind: whole(|round| Some(round.left_behind))?,
        others_cores: real(|round| round.others_cores),
        waiting_share: real(|round| round.waiting_share),
        answered: answered(rounds),
    })
}

fn answered(rounds: &[Round]) -> Option<Answered> {
    let real = |number: fn(&Answered) -> f64| {
        middle(rounds.iter().filter_map(|round| round.answered.as_ref().map(number)).collect())
    };
    Some(Answered {
        p50_s: real(|answered| answered.p50_s)?,
        p90_s: real(|answered| answered.p90_s)?,
        p99_s: real(|answered| answered.p99_s)?,
        max_s: real(|answered| answered.max_s)?,
    })
}

/// Half of what lies between the fastest and the slowest round, in seconds.
pub(super) fn spread_s(rounds: &[Round]) -> f64 {
    let walls = || rounds.iter().map(|round| round.wall_s);
    (walls().fold(f64::MIN, f64::max) - walls().fold(f64::MAX, f64::min)).max(0.0) / 2.0
}

fn middle(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let upper = *numbers.get(numbers.len() / 2)?;
    let lower = numbers[(numbers.len() - 1) / 2];
    Some(lower.midpoint(upper))
}
