//! The table that a race ends with, and the notes below it.
//!
//! *What to notice*: it is as wide as a projector shows, and the same with and without a terminal, but for colour.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use console::style;

use super::RaceArgs;
use super::report::{RaceReport, Standing};
use super::round::Round;
use super::statistics::spread_s;
use crate::models::{Entry, MODELS};

/// Each column's name, and its unit below.
const HEADER: [&str; 9] = [
    "contestant",
    "wall\ns",
    "user\nms",
    "system\nms",
    "CPU\n%",
    "RSS\nMiB",
    "threads",
    "in\nflight",
    "relative",
];

/// No lines but one below the header.
const RULED: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// Columns of the whole, and of the longest name.
const WIDTH: u16 = 100;
const NAME_WIDTH: usize = 24;

/// The results for one number of calls: the fastest first, then the contestants that failed or did not run, and why.
pub(crate) fn table(standings: &[Standing], args: &RaceArgs) -> String {
    let Some(calls) = standings.first().map(|standing| standing.calls) else { return String::new() };
    let title = args.headline(calls);
    let mut lines = vec![String::new(), format!(" {}", style(title).bold()), String::new()];
    lines.extend(numbers(standings));
    lines.extend(reasons(standings));
    lines.join("\n") + "\n"
}

/// The part of the table that has numbers.
fn numbers(standings: &[Standing]) -> Vec<String> {
    let mut runners: Vec<_> =
        standings.iter().filter_map(|standing| Some((standing, standing.median.as_ref()?))).collect();
    runners.sort_by(|(_, one), (_, other)| one.wall_s.total_cmp(&other.wall_s));
    let Some(fastest_s) = runners.first().map(|(_, median)| median.wall_s) else { return Vec::new() };
    let mut table = Table::new();
    table.load_style(RULED).set_content_arrangement(ContentArrangement::Disabled).set_header(HEADER);
    for (standing, median) in runners {
        table.add_row(cells(standing, median, fastest_s));
    }
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table.lines().map(|line| line.trim_end().to_owned()).enumerate().map(coloured).collect()
}

/// The header has two lines and a rule; the fastest comes next.
fn coloured((number, line): (usize, String)) -> String {
    match number {
        0..3 => style(line).dim().to_string(),
        3 => style(line).green().to_string(),
        _ => line,
    }
}

fn cells(standing: &Standing, median: &Round, fastest_s: f64) -> [Cell; 9] {
    [
        format!("{:NAME_WIDTH$}", standing.contestant),
        wall(&standing.rounds, median),
        known(median.user_s.map(milliseconds)),
        known(median.system_s.map(milliseconds)),
        known(median.cores().map(percent)),
        known(median.peak_rss_bytes.map(|bytes| format!("{:.1}", bytes as f64 / f64::from(1 << 20)))),
        known(median.peak_threads.map(|threads| threads.to_string())),
        median.peak_in_flight.to_string(),
        format!("{:.2}×", median.wall_s / fastest_s),
    ]
    .map(Cell::new)
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

/// Two digits, as far as they mean anything.
fn percent(cores: f64) -> String {
    format!("{:.*}", usize::from(cores < 0.0995), cores * 100.0)
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
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    for (standing, what, why) in failed.chain(not_run) {
        table.add_row([format!("{:NAME_WIDTH$}", standing.contestant), format!("{what}: {why}")]);
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// What the columns mean, and what to learn from the rows.
pub(crate) fn notes(report: &RaceReport) -> String {
    let mut notes = vec![
        "wall, user, system, peak RSS, peak threads: one process each, measured from outside",
        "CPU: user and system as a share of wall; the kernel tells the two apart by its ticks of some ms",
        "in flight: the most calls that the mock saw at a time; relative: wall, as a multiple of the fastest",
    ];
    if report.environment.rounds > 1 {
        notes.push("medians of all rounds; ± is half of what lies between the fastest and the slowest");
    }
    if report.environment.build == "debug" {
        notes.push("built without optimization: cargo run --release has numbers worth keeping");
    }
    let lines = notes.into_iter().map(String::from).chain(lessons(report)).chain(report.remarks());
    let lines: Vec<_> = lines.map(|line| style(format!(" {line}")).dim().to_string()).collect();
    format!("\n{}\n", lines.join("\n"))
}

/// What to learn from the rows of the models that took part.
fn lessons(report: &RaceReport) -> impl Iterator<Item = String> {
    let took_part = |entry: &&Entry| report.results.iter().any(|standing| standing.contestant == entry.name);
    let told = MODELS.iter().filter(|entry| !entry.lesson.is_empty()).filter(took_part);
    told.map(|entry| format!("{}: {}", entry.name, entry.lesson))
}
