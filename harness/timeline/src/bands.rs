//! Many calls in few rows, many moments in few columns: how long the calls of a row did what in the time of a column.
//!
//! *What to notice*: time is added up, not looked at in the middle of a column, so that no short state is drawn over
//! and none is missed. A row of one call is the lane itself; which calls share a row is decided in `rows.rs`.

use serde::Serialize;

use crate::rows::in_rows;
use crate::{CallLane, CallSpan, CallState, Lanes};

/// Calls that began one after the other, as one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Band {
    /// The least number of its calls.
    pub first: usize,
    /// The greatest number of them.
    pub last: usize,
    /// How many calls it has.
    pub calls: usize,
    /// One for each column.
    pub columns: Vec<Column>,
}

/// What the calls of a row did in the time of one column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Column {
    /// For how many microseconds, all calls added up, each state in the order of [`CallState::ALL`].
    pub spent_us: [u64; CallState::ALL.len()],
}

impl Lanes {
    /// The calls in at most `rows` rows of `columns` columns each, step after step if several share a row; the columns divide the whole time evenly.
    #[must_use]
    pub fn bands(&self, rows: usize, columns: usize) -> Vec<Band> {
        let rows = in_rows(&self.calls, rows);
        rows.iter().map(|calls| Band::of(calls, columns, self.until_us)).collect()
    }
}

impl Band {
    pub(crate) fn of(calls: &[&CallLane], columns: usize, until_us: u64) -> Self {
        let mut band = Self {
            first: calls.iter().map(|lane| lane.call).min().unwrap_or(0),
            last: calls.iter().map(|lane| lane.call).max().unwrap_or(0),
            calls: calls.len(),
            columns: vec![Column::default(); columns],
        };
        for span in calls.iter().flat_map(|lane| &lane.spans) {
            band.add(span, until_us);
        }
        band
    }

    fn add(&mut self, span: &CallSpan, until_us: u64) {
        let columns = self.columns.len() as u64;
        if columns == 0 || until_us == 0 {
            return;
        }
        let column_of = |at_us: u64| scaled(at_us, columns, until_us).min(columns - 1);
        let begins_us = |column: u64| scaled(column, until_us, columns);
        for column in column_of(span.from_us)..=column_of(span.until_us) {
            let (begins, ends) = (begins_us(column), begins_us(column + 1));
            let spent_us = span.until_us.min(ends).saturating_sub(span.from_us.max(begins));
            let sum_us = &mut self.columns[column as usize].spent_us[span.state as usize];
            *sum_us = sum_us.saturating_add(spent_us);
        }
    }
}

/// `value * by / of`, also for a file with times that no clock has shown.
fn scaled(value: u64, by: u64, of: u64) -> u64 {
    u64::try_from(u128::from(value) * u128::from(by) / u128::from(of)).unwrap_or(u64::MAX)
}

impl Column {
    /// The state in which most of its time was spent, and that time; nothing if no call was under way.
    #[must_use]
    pub fn most(&self) -> Option<(CallState, u64)> {
        let states = CallState::ALL.into_iter().zip(self.spent_us);
        states.filter(|(_, spent_us)| *spent_us > 0).max_by_key(|(_, spent_us)| *spent_us)
    }
}
