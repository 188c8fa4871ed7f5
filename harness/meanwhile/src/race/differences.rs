//! How contestants of one rank differ: not in the wall, but in what waiting costs.
//!
//! *What to notice*: a contestant stands out when it has at least half as much again as the next one below it. So two pools
//! with 33 threads each stand out together, and of thirteen rows that use a little CPU time none does.

use super::report::Standing;
use super::round::Round;

/// A tie of fewer contestants needs no explanation.
const TIE_TO_EXPLAIN: usize = 3;
/// More than this do not stand out.
const FEW: usize = 3;
/// How many times the next number the last one that stands out has.
const GAP: f64 = 1.5;

/// A cost of waiting.
pub(super) struct Cost {
    pub(super) name: &'static str,
    unit: &'static str,
    pub(super) of: fn(&Round) -> Option<f64>,
    pub(super) shown: fn(f64) -> String,
    /// A gap of less than this is none.
    least_gap: f64,
}

pub(super) const THREADS: Cost = Cost {
    name: "threads",
    unit: "",
    of: |round| round.peak_threads.map(|threads| threads as f64),
    shown: |threads| format!("{threads:.0}"),
    least_gap: 2.0,
};

pub(super) const CPU: Cost = Cost {
    name: "CPU",
    unit: " %",
    of: |round| round.cores().map(|cores| cores * 100.0),
    // Two digits, as far as they mean anything.
    shown: |percent| format!("{percent:.*}", usize::from(percent < 9.95)),
    least_gap: 5.0,
};

pub(super) const MEMORY: Cost = Cost {
    name: "memory",
    unit: " MiB",
    of: |round| round.peak_rss_bytes.map(|bytes| bytes as f64 / f64::from(1 << 20)),
    shown: |mebibytes| format!("{mebibytes:.1}"),
    least_gap: 1.0,
};

impl Cost {
    /// The contestants of the tie with far more of it than the rest, the one with most first.
    pub(super) fn stand_out<'race>(&self, tied: &[&'race Standing]) -> Vec<&'race str> {
        let mut numbers = self.numbers(tied);
        numbers.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let gap = numbers.windows(2).take(FEW).position(|pair| {
            let [(more, _), (less, _)] = pair else { return false };
            *more >= less * GAP && more - less >= self.least_gap
        });
        numbers.into_iter().take(gap.map_or(0, |gap| gap + 1)).map(|(_, name)| name).collect()
    }

    /// `threads: 1 to 101, the most in thread-per-call`
    fn line(&self, tied: &[&Standing]) -> Option<String> {
        let numbers = self.numbers(tied);
        let least = numbers.iter().map(|(number, _)| *number).min_by(f64::total_cmp)?;
        let most = numbers.iter().map(|(number, _)| *number).max_by(f64::total_cmp)?;
        let (least, most) = ((self.shown)(least), (self.shown)(most));
        let range = if least == most { least } else { format!("{least} to {most}") };
        let outliers = self.stand_out(tied);
        let outliers =
            if outliers.is_empty() { String::new() } else { format!(", most in {}", outliers.join(" and ")) };
        Some(format!("{}: {range}{}{outliers}", self.name, self.unit))
    }

    fn numbers<'race>(&self, tied: &[&'race Standing]) -> Vec<(f64, &'race str)> {
        let number = |standing: &&'race Standing| {
            Some(((self.of)(standing.median.as_ref()?)?, standing.contestant.as_str()))
        };
        tied.iter().filter_map(number).collect()
    }
}

/// The ties that need an explanation, each with its rank; `ranked` is in the order of ranks.
pub(super) fn ties<'race>(
    ranked: &'race [&'race Standing],
) -> impl Iterator<Item = &'race [&'race Standing]> {
    ranked.chunk_by(|one, other| one.rank == other.rank).filter(|tied| tied.len() >= TIE_TO_EXPLAIN)
}

/// What differs within a tie, a line for each cost that the system tells.
pub(super) fn told(tied: &[&Standing]) -> Vec<String> {
    let costs = [THREADS, CPU, MEMORY];
    let lines: Vec<_> = costs.iter().filter_map(|cost| cost.line(tied)).collect();
    if lines.is_empty() {
        return lines;
    }
    let rank = tied[0].rank.unwrap_or(0);
    let head = format!("{} contestants tie at rank {rank}; what differs (* stands out):", tied.len());
    [head].into_iter().chain(lines.into_iter().map(|line| format!("  {line}"))).collect()
}

#[cfg(test)]
#[path = "differences_tests.rs"]
mod tests;
