//! The table of a race's page: all numbers, and why there are none.
//!
//! *What to notice*: a column is an entry of one list, with how its cell is made, so that no row can have another order.

use timeline::page::{Cell, Mark, Section, Table, TableColumn};

use super::{reason, sentence};
use crate::race::Answered;
use crate::race::differences::{CPU, Cost, MEMORY, THREADS};
use crate::race::notes::PERCENTILES;
use crate::race::report::Standing;
use crate::race::round::Round;

/// A column: what it is called, and its cell in the row of a contestant.
struct Column {
    name: &'static str,
    is_number: bool,
    cell: fn(&Standing) -> Cell,
}

/// The numbers of these contestants, in this order.
pub(super) fn table(headline: &str, ranked: &[&Standing], has_jitter: bool) -> Section {
    let has_remarks = ranked.iter().any(|standing| standing.median.is_none());
    let columns = columns(has_jitter, has_remarks);
    let note = if has_jitter { format!(" {}.", sentence(PERCENTILES)) } else { String::new() };
    let header = |column: &Column| TableColumn { name: column.name.into(), is_number: column.is_number };
    let row = |standing: &&Standing| columns.iter().map(|column| (column.cell)(standing)).collect();
    Section::Table(Table {
        heading: format!("The numbers: {headline}"),
        caption: format!(
            "Medians of all rounds. A header sorts the table by its column, and once more the other way.{note}"
        ),
        columns: columns.iter().map(header).collect(),
        rows: ranked.iter().map(row).collect(),
    })
}

/// Percentiles are there where latencies differ, as in the table of a terminal.
fn columns(has_jitter: bool, has_remarks: bool) -> Vec<Column> {
    let first = [
        Column { name: "contestant", is_number: false, cell: |standing| Cell::text(&standing.contestant) },
        number("rank", |standing| known(standing.rank.map(|rank| rank as f64), 0)),
        number("wall, s", |standing| seconds(standing, |round| Some(round.wall_s))),
    ];
    let percentiles = [
        number("p50, s", |standing| answered(standing, |answered| answered.p50_s)),
        number("p90, s", |standing| answered(standing, |answered| answered.p90_s)),
        number("p99, s", |standing| answered(standing, |answered| answered.p99_s)),
        number("max, s", |standing| answered(standing, |answered| answered.max_s)),
    ];
    let last = [
        number("user, ms", |standing| milliseconds(standing, |round| round.user_s)),
        number("system, ms", |standing| milliseconds(standing, |round| round.system_s)),
        number("CPU, %", |standing| cost(standing, &CPU, 1)),
        number("peak RSS, MiB", |standing| cost(standing, &MEMORY, 1)),
        number("threads", |standing| cost(standing, &THREADS, 0)),
        number("in flight", |standing| count(standing, |round| round.peak_in_flight as f64)),
        number("answered", |standing| count(standing, |round| round.ok as f64)),
    ];
    let remark = has_remarks.then_some(Column { name: "remark", is_number: false, cell: remark });
    let percentiles = percentiles.into_iter().filter(|_| has_jitter);
    first.into_iter().chain(percentiles).chain(last).chain(remark).collect()
}

const fn number(name: &'static str, cell: fn(&Standing) -> Cell) -> Column {
    Column { name, is_number: true, cell }
}

fn seconds(standing: &Standing, of: fn(&Round) -> Option<f64>) -> Cell {
    known(standing.median.as_ref().and_then(of), 3)
}

fn milliseconds(standing: &Standing, of: fn(&Round) -> Option<f64>) -> Cell {
    known(standing.median.as_ref().and_then(of).map(|seconds| seconds * 1000.0), 0)
}

fn answered(standing: &Standing, of: fn(&Answered) -> f64) -> Cell {
    known(standing.median.as_ref().and_then(|median| median.answered.as_ref()).map(of), 3)
}

fn cost(standing: &Standing, cost: &Cost, digits: usize) -> Cell {
    known(standing.median.as_ref().and_then(cost.of), digits)
}

fn count(standing: &Standing, of: fn(&Round) -> f64) -> Cell {
    known(standing.median.as_ref().map(of), 0)
}

fn known(number: Option<f64>, digits: usize) -> Cell {
    number.map_or_else(|| Cell::text("–"), |number| Cell::number(number, format!("{number:.digits$}")))
}

fn remark(standing: &Standing) -> Cell {
    let mark = match (&standing.failed, &standing.not_run) {
        (Some(_), _) => Some(Mark::Bad),
        (None, Some(_)) => Some(Mark::Skipped),
        (None, None) => None,
    };
    let text = if mark.is_some() { reason(standing) } else { String::new() };
    Cell { text, number: None, mark }
}
