//! What `meanwhile check` shows: every row of one subject by its group, and then who broke what.
//!
//! *What to notice*: rows that held are named and no more, so that the others are seen.

use crate::conformance::{Report, Row, Verdict};
use crate::text::{human, printable};
use std::time::Duration;

/// Columns of the whole.
const WIDTH: usize = 100;

/// Characters of a reason, at most.
const REASON: usize = 400;

/// All rows of one subject, by group, and their sum.
pub(super) fn rows(report: &Report) -> String {
    let groups = report.rows.chunk_by(|one, other| one.group == other.group);
    let mut shown: String = groups.map(group).collect();
    shown.push_str(&sum(report));
    shown.push('\n');
    shown
}

/// The sum of each subject, and a line for each row that broke, with a column for each subject.
pub(super) fn matrix(reports: &[Report]) -> String {
    let mut lines = vec![String::new()];
    lines.extend(reports.iter().enumerate().map(|(at, report)| format!("{:>3} {}", at + 1, sum(report))));
    let broken = broken_rows(reports);
    let width = broken.iter().map(|row| title(row).chars().count()).max().unwrap_or(0).min(50);
    if !broken.is_empty() {
        let numbers: String = (1..=reports.len()).map(|at| format!("{at:>3}")).collect();
        lines.extend([String::new(), format!("{:width$}{numbers}", "")]);
    }
    for row in broken {
        let marks: String = reports.iter().map(|report| format!("{:>3}", mark(report, row))).collect();
        lines.push(format!("{:width$}{marks}", printable(title(row).as_bytes(), width)));
    }
    lines.join("\n") + "\n"
}

/// `busy-poll: 283 held, 1 broken, 0 skipped in 8.9 s`
fn sum(report: &Report) -> String {
    let (broken, skipped) = (report.broken().count(), report.skipped().count());
    let held = report.rows.len() - broken - skipped;
    let took = human(Duration::from_millis(report.rows.iter().map(|row| row.took_ms).sum()));
    format!("{}: {held} held, {broken} broken, {skipped} skipped in {took}", report.subject)
}

fn group(rows: &[Row]) -> String {
    let held: Vec<_> = rows.iter().filter(|row| row.verdict == Verdict::Held).map(noted).collect();
    let mut lines = vec![format!("{}: {} of {} held", rows[0].group, held.len(), rows.len())];
    lines.extend(flow(&held));
    for row in rows {
        match &row.verdict {
            Verdict::Held => {}
            Verdict::Broken(why) => lines.extend(reason("BROKEN", row, why)),
            Verdict::Skipped(why) => lines.extend(reason("skipped", row, why)),
        }
    }
    lines.join("\n") + "\n\n"
}

fn reason(mark: &str, row: &Row, why: &str) -> Vec<String> {
    let words = format!("{mark} {}: {}", name(row), printable(why.as_bytes(), REASON));
    wrapped(words.split(' '), " ", 4)
}

/// Names one after the other; a sentence has a line of its own.
fn flow(names: &[String]) -> Vec<String> {
    names
        .chunk_by(|one, other| !is_sentence(one) && !is_sentence(other))
        .flat_map(|names| wrapped(names.iter().map(String::as_str), ", ", 2))
        .collect()
}

fn is_sentence(name: &str) -> bool {
    name.matches(' ').count() > 1
}

/// Puts as many pieces on each line as fit, and indents all lines but the first by more.
fn wrapped<'a>(pieces: impl Iterator<Item = &'a str>, join: &str, indent: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        match lines.last_mut() {
            Some(line) if line.chars().count() + join.len() + piece.chars().count() < WIDTH => {
                line.push_str(join);
                line.push_str(piece);
            }
            Some(_) => lines.push(format!("{:indent$}{piece}", "")),
            None => lines.push(format!("  {piece}")),
        }
    }
    lines
}

/// Every row that somebody broke, once, in the order of the suite.
fn broken_rows(reports: &[Report]) -> Vec<&Row> {
    let mut rows: Vec<&Row> = Vec::new();
    for (row, _) in reports.iter().flat_map(Report::broken) {
        if !rows.iter().any(|known| title(known) == title(row)) {
            rows.push(row);
        }
    }
    rows
}

/// `X` for who broke it, `.` for who held it, a blank for who was not asked.
fn mark(report: &Report, row: &Row) -> char {
    let same = report.rows.iter().find(|other| title(other) == title(row));
    match same.map(|row| &row.verdict) {
        Some(Verdict::Broken(_)) => 'X',
        Some(Verdict::Held) => '.',
        Some(Verdict::Skipped(_)) | None => ' ',
    }
}

fn title(row: &Row) -> String {
    format!("{}: {}", row.group, name(row))
}

/// `refused (ConnectionError)`: what held, but is called otherwise.
fn noted(row: &Row) -> String {
    row.note.as_ref().map_or_else(|| name(row), |note| format!("{} ({note})", name(row)))
}

fn name(row: &Row) -> String {
    printable(row.name.as_bytes(), WIDTH - 10)
}
