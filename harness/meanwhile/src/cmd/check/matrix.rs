//! What several subjects broke, side by side.

use conformance::report::sum;
use conformance::{Findings, Row, Verdict};
use contestant::text::printable;

/// Columns of a subject.
const MARK: usize = 3;
/// Columns of a row's name, at most and at least.
const NAME: (usize, usize) = (50, 20);

/// The sum of each subject, and a line for each row that broke, with a column for each subject.
pub(super) fn matrix(all: &[Findings], width: usize) -> String {
    let mut lines = vec![String::new()];
    lines.extend(all.iter().enumerate().map(|(at, findings)| format!("{:>3} {}", at + 1, sum(findings))));
    let broken = broken_rows(all);
    let longest = broken.iter().map(|row| row.title().chars().count()).max().unwrap_or(0);
    let room = width.saturating_sub(all.len() * MARK + 1);
    let name = longest.min(NAME.0).min(room.max(NAME.1));
    if !broken.is_empty() {
        let numbers: String = (1..=all.len()).map(|at| format!("{at:>MARK$}")).collect();
        lines.extend([String::new(), format!("{:name$}{numbers}", "")]);
    }
    for row in broken {
        let marks: String = all.iter().map(|findings| format!("{:>MARK$}", mark(findings, row))).collect();
        let title = row.title();
        // A cut name ends with one sign more, an ellipsis.
        let shown = if title.chars().count() > name { name - 1 } else { name };
        let title = printable(title.as_bytes(), shown);
        lines.push(format!("{title:name$}{marks}"));
    }
    lines.join("\n") + "\n"
}

/// Every row that a subject broke, once, in the order of the suite.
fn broken_rows(all: &[Findings]) -> Vec<&Row> {
    let mut rows: Vec<&Row> = Vec::new();
    for (row, _) in all.iter().flat_map(Findings::broken) {
        if !rows.iter().any(|known| known.title() == row.title()) {
            rows.push(row);
        }
    }
    rows
}

/// `X` where the row broke, `.` where it held, a blank where it was not tried.
fn mark(findings: &Findings, row: &Row) -> char {
    let same = findings.rows.iter().find(|other| other.title() == row.title());
    match same.map(|row| &row.verdict) {
        Some(Verdict::Broken(_)) => 'X',
        Some(Verdict::Held) => '.',
        Some(Verdict::Skipped(_)) | None => ' ',
    }
}
