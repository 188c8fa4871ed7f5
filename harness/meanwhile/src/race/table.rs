//! The table that a race ends with, and the notes below it.
//!
//! *What to notice*: it is the same with and without a terminal, but for colour and for columns that do not fit the terminal.

use comfy_table::CellAlignment::{Left, Right};
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use console::style;

use super::RaceArgs;
use super::answered::Answered;
use super::differences::{CPU, Cost, MEMORY, THREADS, ties, told};
use super::notes::note;
use super::projector;
use super::ranks::in_order;
use super::report::Standing;
use super::round::Round;
use super::statistics::spread_s;
use crate::grid::{self, Column, Rule};
use crate::screen;

/// The width of sentences where nothing limits it, and of the longest name.
const WIDTH: usize = 100;
const NAME_WIDTH: usize = 24;

/// As wide as `rank`.
const NO_RANK: &str = "    ";

/// A contestant with a result.
struct Row<'race> {
    standing: &'race Standing,
    median: &'race Round,
    fastest_s: f64,
    /// Of threads, CPU and memory.
    stands_out: [bool; 3],
}

/// The results for one number of calls: by rank, then the contestants that failed or did not run, and why.
pub(crate) fn table(standings: &[Standing], args: &RaceArgs) -> String {
    if args.projector {
        return projector::table(standings, args);
    }
    let Some(calls) = standings.first().map(|standing| standing.calls) else { return String::new() };
    let title = args.headline(calls);
    let mut lines = vec![String::new(), format!(" {}", style(title).bold()), String::new()];
    lines.extend(numbers(standings, args.has_jitter()));
    lines.extend(reasons(standings));
    lines.extend(differences(standings));
    lines.join("\n") + "\n"
}

/// The part of the table that has numbers.
fn numbers(standings: &[Standing], has_jitter: bool) -> Vec<String> {
    let ranked = in_order(standings);
    let rows = rows(&ranked);
    if rows.is_empty() {
        return Vec::new();
    }
    let lines = grid::lines(&columns(has_jitter), &rows, Rule::BelowHeader, screen::width());
    // Above the rows are the header and its rule.
    let header = lines.len() - rows.len();
    let coloured = |(at, line): (usize, &String)| match at.checked_sub(header) {
        None => style(line).dim().to_string(),
        Some(row) => rows[row].coloured(line),
    };
    lines.iter().enumerate().map(coloured).collect()
}

fn rows<'race>(ranked: &[&'race Standing]) -> Vec<Row<'race>> {
    let medians = ranked.iter().filter_map(|standing| Some((*standing, standing.median.as_ref()?)));
    let fastest_s = medians.clone().map(|(_, median)| median.wall_s).fold(f64::INFINITY, f64::min);
    let stands_out = |cost: &Cost, standing: &Standing| {
        ties(ranked).any(|tied| cost.stand_out(tied).contains(&standing.contestant.as_str()))
    };
    let row = |(standing, median)| Row {
        standing,
        median,
        fastest_s,
        stands_out: [THREADS, CPU, MEMORY].map(|cost| stands_out(&cost, standing)),
    };
    medians.map(row).collect()
}

/// By what a reader misses least: the columns with the largest numbers give way first.
fn columns<'race>(has_jitter: bool) -> Vec<Column<Row<'race>>> {
    let name = |row: &Row<'_>| format!("{:NAME_WIDTH$}", row.standing.contestant);
    let relative = number("relative", 5, |row| format!("{:.2}×", row.median.wall_s / row.fastest_s));
    let first = [
        number("rank", 0, |row| row.standing.rank.map_or_else(String::new, |rank| rank.to_string())),
        Column { alignment: Left, ..number("contestant", 0, name) },
        number("wall\ns", 0, |row| wall(&row.standing.rounds, row.median)),
    ];
    let cpu = number("CPU \n% ", 3, |row| row.cost(&CPU, row.stands_out[1]));
    // The percentiles take its place: 100 columns are enough for one of them.
    let memory = number("RSS \nMiB ", 4, |row: &Row<'_>| row.cost(&MEMORY, row.stands_out[2]));
    let last = [
        number("threads ", 1, |row| row.cost(&THREADS, row.stands_out[0])),
        number("in\nflight", 2, |row| row.median.peak_in_flight.to_string()),
    ];
    let (middle, memory, end) = match has_jitter {
        true => (percentiles(), None, None),
        false => (cpu_times(), Some(memory), Some(relative)),
    };
    first.into_iter().chain(middle).chain([cpu]).chain(memory).chain(last).chain(end).collect()
}

fn cpu_times<'race>() -> Vec<Column<Row<'race>>> {
    vec![
        number("user\nms", 6, |row| known(row.median.user_s.map(milliseconds))),
        number("system\nms", 6, |row| known(row.median.system_s.map(milliseconds))),
    ]
}

/// When the calls were answered, where that differs from call to call.
fn percentiles<'race>() -> Vec<Column<Row<'race>>> {
    vec![
        number("p50\ns", 0, |row| row.answered(|answered| answered.p50_s)),
        number("p90\ns", 5, |row| row.answered(|answered| answered.p90_s)),
        number("p99\ns", 0, |row| row.answered(|answered| answered.p99_s)),
        number("max\ns", 5, |row| row.answered(|answered| answered.max_s)),
    ]
}

fn number<'race>(header: &'static str, gives_way: u8, cell: fn(&Row<'race>) -> String) -> Column<Row<'race>> {
    Column { header, gives_way, alignment: Right, wraps_to: None, cell }
}

impl Row<'_> {
    /// The number, and a mark or the place of one.
    fn cost(&self, cost: &Cost, stands_out: bool) -> String {
        let mark = if stands_out { '*' } else { ' ' };
        format!("{}{mark}", known((cost.of)(self.median).map(cost.shown)))
    }

    fn answered(&self, of: fn(&Answered) -> f64) -> String {
        known(self.median.answered.as_ref().map(|answered| format!("{:.3}", of(answered))))
    }

    /// Yellow where a number stands out, green for the other rows of the first rank.
    fn coloured(&self, line: &str) -> String {
        let line = style(line);
        match (self.stands_out.contains(&true), self.standing.rank) {
            (true, _) => line.yellow().to_string(),
            (false, Some(1)) => line.green().to_string(),
            (false, _) => line.to_string(),
        }
    }
}

fn wall(rounds: &[Round], median: &Round) -> String {
    match rounds {
        [_] => format!("{:.3}", median.wall_s),
        _ => format!("{:.3} ±{:.3}", median.wall_s, spread_s(rounds)),
    }
}

fn milliseconds(seconds: f64) -> String {
    format!("{:.0}", seconds * 1000.0)
}

/// What this system does not tell is a dash.
fn known(text: Option<String>) -> String {
    text.unwrap_or_else(|| "–".into())
}

/// The rows of the contestants that failed or did not run.
fn reasons(standings: &[Standing]) -> Vec<String> {
    let failed =
        standings.iter().filter_map(|standing| Some((standing, "failed", standing.failed.as_ref()?)));
    let not_run =
        standings.iter().filter_map(|standing| Some((standing, "not run", standing.not_run.as_ref()?)));
    let width = screen::width().unwrap_or(WIDTH);
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    for (standing, what, why) in failed.chain(not_run) {
        let name = format!("{:NAME_WIDTH$}", standing.contestant);
        table.add_row([String::from(NO_RANK), name, format!("{what}: {why}")]);
    }
    table.column_iter_mut().for_each(|column| _ = column.set_padding((1, 0)));
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// What tells the rows of one rank apart.
fn differences(standings: &[Standing]) -> Vec<String> {
    let ranked = in_order(standings);
    let mut lines: Vec<_> = ties(&ranked).flat_map(told).map(|line| note(&line)).collect();
    if !lines.is_empty() {
        lines.insert(0, String::new());
    }
    lines
}
