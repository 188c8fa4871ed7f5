//! Which models tie: a difference that chance can make is no reason for a rank.
//!
//! *What to notice*: as in a race, rows are compared with the first one of their rank and not with their neighbour, or a
//! chain of small differences would put all rows into one rank.

use crate::estimates::Estimate;

/// Medians that are less apart than this share tie. Benches are measured one after the other, and meanwhile the machine changes.
pub const FLOOR: f64 = 0.02;

/// An estimate with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// 1, 1, 1, 4, … where three tie.
    pub rank: usize,
    /// The median, as a multiple of the best.
    pub relative: f64,
    /// What was estimated.
    pub estimate: Estimate,
}

/// The rows of a table: by rank, and within one by the median.
#[must_use]
pub fn ranked(mut estimates: Vec<Estimate>) -> Vec<Row> {
    estimates.sort_by(|one, other| f64::total_cmp(&one.median_ns, &other.median_ns));
    let Some(best_ns) = estimates.first().map(|best| best.median_ns) else { return Vec::new() };
    let mut rows: Vec<Row> = Vec::new();
    // The row that gave its place to the current rank.
    let mut first = 0;
    for (place, estimate) in estimates.into_iter().enumerate() {
        if !rows.get(first).is_some_and(|row| tie(&row.estimate, &estimate)) {
            first = place;
        }
        rows.push(Row { rank: first + 1, relative: estimate.median_ns / best_ns, estimate });
    }
    rows
}

/// Whether two medians differ by no more than chance: they are close, or either may be where the other is.
fn tie(faster: &Estimate, slower: &Estimate) -> bool {
    let close = slower.median_ns - faster.median_ns <= FLOOR * faster.median_ns;
    close || slower.confident_ns.0 <= faster.confident_ns.1
}
