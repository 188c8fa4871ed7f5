//! What `meanwhile check` shows: every row of one subject by its group, and then a matrix of what was broken.
//!
//! *What to notice*: of a row that held at once, only the name is shown, so that the others are seen.

use std::time::Duration;

use conformance::{Findings, Row, Verdict};
use contestant::text::{counted, human, printable};

/// Columns of the whole.
const WIDTH: usize = 100;

/// Characters of a reason, at most.
const REASON: usize = 400;

/// All rows of one subject, by group, and their sum.
pub(super) fn rows(findings: &Findings) -> String {
    let groups = findings.rows.chunk_by(|one, other| one.group == other.group);
    let mut shown: String = groups.map(group).collect();
    shown.push_str(&sum(findings));
    shown.push('\n');
    shown
}

/// The sum of each subject, and a line for each row that broke, with a column for each subject.
pub(super) fn matrix(all: &[Findings]) -> String {
    let mut lines = vec![String::new()];
    lines.extend(all.iter().enumerate().map(|(at, findings)| format!("{:>3} {}", at + 1, sum(findings))));
    let broken = broken_rows(all);
    let width = broken.iter().map(|row| title(row).chars().count()).max().unwrap_or(0).min(50);
    if !broken.is_empty() {
        let numbers: String = (1..=all.len()).map(|at| format!("{at:>3}")).collect();
        lines.extend([String::new(), format!("{:width$}{numbers}", "")]);
    }
    for row in broken {
        let marks: String = all.iter().map(|findings| format!("{:>3}", mark(findings, row))).collect();
        lines.push(format!("{:width$}{marks}", printable(title(row).as_bytes(), width)));
    }
    lines.join("\n") + "\n"
}

/// `busy-poll: 283 held, 1 broken, 0 skipped in 8.9 s`
fn sum(findings: &Findings) -> String {
    let (broken, skipped) = (findings.broken().count(), findings.skipped().count());
    let held = findings.rows.len() - broken - skipped;
    let took = human(Duration::from_millis(findings.rows.iter().map(|row| row.took_ms).sum()));
    format!("{}: {held} held, {broken} broken, {skipped} skipped in {took}", findings.subject)
}

fn group(rows: &[Row]) -> String {
    let held: Vec<_> = rows.iter().filter(|row| row.verdict == Verdict::Held).map(noted).collect();
    let mut lines = vec![format!("{}: {} of {} held", rows[0].group, held.len(), rows.len())];
    lines.extend(flow(&held));
    for row in rows {
        match &row.verdict {
            Verdict::Held => lines.extend(retries(row)),
            Verdict::Broken(why) => lines.extend(reason("BROKEN", row, why)),
            Verdict::Skipped(why) => lines.extend(reason("skipped", row, why)),
        }
    }
    lines.join("\n") + "\n\n"
}

/// That a row was tried again before it held, and why.
fn retries(row: &Row) -> Vec<String> {
    let Some(why) = row.retried.last() else { return Vec::new() };
    let times = counted(row.retried.len() + 1, "attempt");
    reason("retried", row, &format!("held after {times}: {why}"))
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

/// Every row that a subject broke, once, in the order of the suite.
fn broken_rows(all: &[Findings]) -> Vec<&Row> {
    let mut rows: Vec<&Row> = Vec::new();
    for (row, _) in all.iter().flat_map(Findings::broken) {
        if !rows.iter().any(|known| title(known) == title(row)) {
            rows.push(row);
        }
    }
    rows
}

/// `X` where the row broke, `.` where it held, a blank where it was not tried.
fn mark(findings: &Findings, row: &Row) -> char {
    let same = findings.rows.iter().find(|other| title(other) == title(row));
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
