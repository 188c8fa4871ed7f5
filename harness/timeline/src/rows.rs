//! Many calls in few rows: step after step, and no row has calls of two steps.
//!
//! *What to notice*: a pool of 32 threads makes 100 calls in four steps. Rows that end where a step ends show all four; rows of
//! equal size would mix the end of one step with the beginning of the next.

use crate::CallLane;

/// The calls in at most `rows` rows: one call a row in the order of numbers, or, if there are more calls than that, several a row,
/// step after step, those of a step in the order of numbers.
pub(crate) fn in_rows(calls: &[CallLane], rows: usize) -> Vec<Vec<&CallLane>> {
    let rows = rows.max(1);
    if calls.len() <= rows {
        return calls.iter().map(|call| vec![call]).collect();
    }
    let mut all: Vec<_> = calls.iter().collect();
    all.sort_by_key(|call| (call.from_us(), call.call));
    let mut steps: Vec<_> = steps(&all).into_iter().map(<[_]>::to_vec).collect();
    if steps.len() > rows {
        steps = vec![all];
    } else {
        steps.iter_mut().for_each(|step| step.sort_by_key(|call| call.call));
    }
    let in_a_row = least_in_a_row(&steps, rows);
    steps.iter().flat_map(|step| step.chunks(in_a_row)).map(<[_]>::to_vec).collect()
}

/// Calls that were begun before any of them was over are a step.
fn steps<'all, 'lanes>(calls: &'all [&'lanes CallLane]) -> Vec<&'all [&'lanes CallLane]> {
    let mut over_us = calls.first().map_or(0, |call| call.until_us());
    let goes_on = |_: &&CallLane, next: &&CallLane| {
        let goes_on = next.from_us() < over_us;
        over_us = if goes_on { over_us.min(next.until_us()) } else { next.until_us() };
        goes_on
    };
    calls.chunk_by(goes_on).collect()
}

/// The least number of calls in a row with which there are not too many rows.
fn least_in_a_row(steps: &[Vec<&CallLane>], rows: usize) -> usize {
    let needs = |in_a_row: usize| steps.iter().map(|step| step.len().div_ceil(in_a_row)).sum::<usize>();
    let (mut too_few, mut enough) = (0, steps.iter().map(Vec::len).max().unwrap_or(1).max(1));
    while enough - too_few > 1 {
        let middle = too_few.midpoint(enough);
        if needs(middle) > rows { too_few = middle } else { enough = middle }
    }
    enough
}
