//! The time axis: which column shows which moment, and the numbers below.

use std::iter;

/// The time from 0 to the end of the run, in columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    pub(super) columns: usize,
    pub(super) until_us: u64,
}

/// The least number of columns from one number to the next.
const LEAST_STEP: usize = 10;

impl Axis {
    pub(super) fn new(columns: usize, until_us: u64) -> Self {
        Self { columns: columns.max(1), until_us: until_us.max(1) }
    }

    /// The columns of this time, and how much of each it takes, in microseconds.
    pub(super) fn parts(self, from_us: u64, until_us: u64) -> impl Iterator<Item = (usize, u64)> {
        let part = move |column: usize| {
            let (begins, ends) = (self.begin_us(column), self.begin_us(column + 1));
            (column, until_us.min(ends).saturating_sub(from_us.max(begins)))
        };
        (self.column(from_us)..=self.column(until_us)).map(part)
    }

    /// The column of this moment.
    pub(super) fn column(self, at_us: u64) -> usize {
        let column = u128::from(at_us) * self.columns as u128 / u128::from(self.until_us);
        usize::try_from(column).unwrap_or(usize::MAX).min(self.columns - 1)
    }

    fn begin_us(self, column: usize) -> u64 {
        (u128::from(self.until_us) * column as u128 / self.columns as u128) as u64
    }

    /// A rule, and its numbers.
    pub(super) fn lines(self) -> impl Iterator<Item = String> {
        let (mut rule, mut numbers) = (vec!['─'; self.columns], String::new());
        for at_us in iter::successors(Some(0), |at_us: &u64| at_us.checked_add(self.step_us())) {
            if at_us > self.until_us {
                break;
            }
            let (column, number) = (self.column(at_us), self.number(at_us));
            rule[column] = '┴';
            // A number begins below its mark; the last one may have to end at the end of the axis.
            let begins = column.min(self.columns.saturating_sub(number.chars().count()));
            let blanks = begins.saturating_sub(numbers.chars().count());
            numbers += &format!("{}{number}", " ".repeat(blanks));
        }
        [rule.into_iter().collect(), numbers].into_iter()
    }

    /// 1, 2 or 5 of a power of ten: the least that leaves room for its number.
    fn step_us(self) -> u64 {
        let steps = (0..19).flat_map(|power| [1, 2, 5].map(|one| one * 10_u64.pow(power)));
        let is_wide = |step_us: &u64| {
            u128::from(*step_us) * self.columns as u128 >= LEAST_STEP as u128 * u128::from(self.until_us)
        };
        steps.into_iter().find(is_wide).unwrap_or(self.until_us)
    }

    /// In the unit that the whole axis has.
    fn number(self, at_us: u64) -> String {
        let (unit_us, unit) = match self.until_us {
            0..1_000 => (1, "µs"),
            1_000..1_000_000 => (1_000, "ms"),
            _ => (1_000_000, "s"),
        };
        let decimals =
            (0..6).find(|decimals| (self.step_us() * 10_u64.pow(*decimals)).is_multiple_of(unit_us));
        let decimals = if at_us == 0 { 0 } else { decimals.unwrap_or(0) as usize };
        format!("{:.decimals$} {unit}", at_us as f64 / unit_us as f64)
    }
}
