//! Which contestants tie: a difference that chance can make is no reason for a rank.
//!
//! *What to notice*: rows are compared with the first one of their rank and not with their neighbour, or a chain of small
//! differences would put all rows into one rank. Within a rank, rows are in the order in which the book teaches the models.

use super::report::Standing;
use super::statistics::spread_s;
use crate::models::MODELS;

/// From this many rounds on, their spread says how much is chance.
const ROUNDS_THAT_TELL: usize = 3;

/// Walls that are less apart than this are a tie: seconds, or a share of the wall, whichever is more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Floor {
    pub(super) seconds: f64,
    pub(super) share: f64,
}

/// On a machine that does something else too, one run may be late by some tens of milliseconds.
const WITH_FEW_ROUNDS: Floor = Floor { seconds: 0.040, share: 0.02 };
/// A median is hardly moved by one late round.
const WITH_ROUNDS: Floor = Floor { seconds: 0.005, share: 0.005 };

impl Floor {
    pub(super) fn of(rounds: usize) -> Self {
        if rounds < ROUNDS_THAT_TELL { WITH_FEW_ROUNDS } else { WITH_ROUNDS }
    }
}

/// Gives a rank to each contestant that has a result, all of one number of calls: 1, 1, 1, 4, … where three tie.
pub(super) fn assign(standings: &mut [Standing]) {
    let mut order: Vec<_> = (0..standings.len()).filter(|at| wall_s(&standings[*at]).is_some()).collect();
    order.sort_by(|one, other| f64::total_cmp(&place(standings, *one), &place(standings, *other)));
    let mut first = None;
    for (place, &at) in order.iter().enumerate() {
        let tie = first.filter(|first: &(usize, usize)| is_tie(&standings[first.0], &standings[at]));
        let (of_rank, rank) = tie.unwrap_or((at, place + 1));
        first = Some((of_rank, rank));
        standings[at].rank = Some(rank);
    }
}

/// Those that have a rank, by rank, and within one as the book teaches them; programs come after the models.
pub(super) fn in_order(standings: &[Standing]) -> Vec<&Standing> {
    let mut ranked: Vec<_> = standings.iter().filter(|standing| standing.rank.is_some()).collect();
    ranked.sort_by_key(|standing| (standing.rank, chapter(&standing.contestant)));
    ranked
}

fn chapter(contestant: &str) -> usize {
    MODELS.iter().position(|entry| entry.name == contestant).unwrap_or(usize::MAX)
}

/// Whether their walls differ by no more than chance: by the floor, or by their spreads, whichever is more.
fn is_tie(faster: &Standing, slower: &Standing) -> bool {
    let (Some(fast_s), Some(slow_s)) = (wall_s(faster), wall_s(slower)) else { return false };
    let floor = Floor::of(faster.rounds.len().min(slower.rounds.len()));
    let spreads_s = spread_s(&faster.rounds) + spread_s(&slower.rounds);
    slow_s - fast_s <= spreads_s.max(floor.seconds).max(floor.share * fast_s)
}

fn place(standings: &[Standing], at: usize) -> f64 {
    wall_s(&standings[at]).unwrap_or(f64::INFINITY)
}

fn wall_s(standing: &Standing) -> Option<f64> {
    standing.median.as_ref().map(|median| median.wall_s)
}

#[cfg(test)]
#[path = "ranks_tests.rs"]
mod tests;
