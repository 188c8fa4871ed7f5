//! The table of a group: ranked rows in 80 columns, then the models that have no row, and why.

use std::time::Duration;

use meanwhile::models::Entry;

use crate::estimates::Estimate;
use crate::groups::Group;
use crate::ranking::{Row, ranked};

/// The width of all lines, of names, and of figures.
const WIDTH: usize = 80;
const NAME: usize = 24;
const FIGURE: usize = 9;

/// The table of a group, made from what was estimated; `models` are those that may have a row.
#[must_use]
pub fn table(group: &Group, models: &[&Entry], estimates: Vec<Estimate>) -> String {
    let mut lines = wrapped(&format!("{}: {}", group.name, group.shows));
    let rows = ranked(estimates);
    lines.extend([String::new(), header(group), "─".repeat(WIDTH)]);
    lines.extend(rows.iter().map(|row| line(group, row)));
    lines.extend(absent(group, models, &rows));
    finished(&lines)
}

fn header(group: &Group) -> String {
    let beyond = if waits(group) { "beyond" } else { "" };
    columns(["rank", "model", "median", "spread", "relative", "calls/s", beyond].map(String::from))
}

fn line(group: &Group, row: &Row) -> String {
    let Row { rank, relative, estimate } = row;
    let calls_per_second = group.calls() as f64 / (estimate.median_ns / 1e9);
    let beyond_ns = estimate.median_ns - group.unavoidable().as_nanos() as f64;
    columns([
        rank.to_string(),
        estimate.model.clone(),
        time(estimate.median_ns),
        format!("±{}", time(estimate.spread_ns)),
        if *relative < 100.0 { format!("{relative:.2}×") } else { format!("{relative:.0}×") },
        format!("{calls_per_second:.0}"),
        if waits(group) { time(beyond_ns) } else { String::new() },
    ])
}

fn columns([rank, model, median, spread, relative, rate, beyond]: [String; 7]) -> String {
    let line = format!(
        " {rank:>4} {model:NAME$} {median:>FIGURE$} {spread:>FIGURE$} {relative:>8} {rate:>7} {beyond:>FIGURE$}"
    );
    line.trim_end().into()
}

/// Whether a part of each iteration is latency, so that what is beyond it is worth a column.
fn waits(group: &Group) -> bool {
    group.unavoidable() > Duration::ZERO
}

/// Three digits that count, and the unit.
fn time(ns: f64) -> String {
    const UNITS: [(f64, &str); 4] = [(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")];
    let (size, unit) =
        UNITS.into_iter().find(|(size, _)| ns.abs() >= *size).unwrap_or(UNITS[UNITS.len() - 1]);
    let number = ns / size;
    let decimals = match number.abs() {
        number if number < 9.995 => 2,
        number if number < 99.95 => 1,
        _ => 0,
    };
    format!("{number:.decimals$} {unit}")
}

/// The models without a row.
fn absent(group: &Group, models: &[&Entry], rows: &[Row]) -> Vec<String> {
    let (taken, left_out): (Vec<&Entry>, Vec<&Entry>) =
        models.iter().copied().partition(|entry| group.takes(entry));
    let has_row = |entry: &Entry| rows.iter().any(|row| row.estimate.model == entry.name);
    let not_measured: Vec<_> = taken.into_iter().filter(|entry| !has_row(entry)).collect();
    let mut lines = listed("left out, since it makes one call at a time", &left_out);
    lines.extend(listed("not measured in this run", &not_measured));
    lines
}

fn listed(why: &str, entries: &[&Entry]) -> Vec<String> {
    if entries.is_empty() {
        return Vec::new();
    }
    let names: Vec<_> = entries.iter().map(|entry| entry.name).collect();
    wrapped(&format!("{why}: {}", names.join(", ")))
}

/// A sentence, in lines that fit.
fn wrapped(sentence: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in sentence.split_whitespace() {
        let line = lines.last_mut().expect("a line");
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(format!("   {word}"));
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines
}

fn finished(lines: &[String]) -> String {
    lines.join("\n") + "\n"
}
