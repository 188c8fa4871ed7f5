//! What a student reads of a check: the first cause and nothing else, or what comes next.

use std::time::Duration;

use conformance::{FirstCause, printable};
use exercises::{Exercise, Judged, NotBuilt, STUB, Wrong};

use crate::screen;

/// Columns where standard output is no terminal.
const PIPED_WIDTH: usize = 100;
/// Characters of what was seen.
const SEEN: usize = 600;
/// Columns before the text of a part.
const LABEL: usize = 12;

/// The first error of the compiler.
pub(super) fn not_built(not_built: &NotBuilt) -> String {
    let first = not_built.errors.first().map_or("cargo failed and said nothing", String::as_str);
    let more = match not_built.errors.len() {
        0..=2 => String::new(),
        // The compiler's last line only counts them.
        count => format!("\n({} more errors follow from here on)\n", count - 2),
    };
    format!("{first}\n{more}\nIt does not compile yet. Mend this first.\n")
}

/// The first cause, or that all is well.
pub(super) fn verdict(
    judged: &Judged,
    exercise: &Exercise,
    wrong: Option<&Wrong>,
    fix: Option<&str>,
    took: Duration,
) -> String {
    let points = format!("{} of {} points in {:.1} s", judged.points, judged.of, took.as_secs_f64());
    match (&judged.findings.first_cause, wrong) {
        (Some(cause), _) => format!("{}\n{points}\n", first_cause(cause, exercise)),
        (None, _) if !judged.has_passed() => format!("{}\n{points}\n", skipped(judged)),
        (None, None) => {
            let next =
                "Compare your files with the reference: meanwhile learn diff\nGo on: meanwhile learn next";
            format!("All requirements hold: {points}.\n{next}\n")
        }
        (None, Some(wrong)) => format!("All requirements hold: {points}.\n{}\n", named(wrong, fix)),
    }
}

/// What became of the line that names a fix.
fn named(wrong: &Wrong, fix: Option<&str>) -> String {
    match fix {
        None => "Now name the fix in one line: meanwhile learn check --fix 'what was wrong'".into(),
        Some(line) if wrong.is_named_by(line) => {
            format!("Solved. The defect that was planted: {}.\nAnother one: meanwhile learn hunt", wrong.what)
        }
        Some(_) => {
            "The crate is sound, but that line does not name the defect: which function did what wrong?"
                .into()
        }
    }
}

/// A row that could not be tried here.
fn skipped(judged: &Judged) -> String {
    let skipped = judged.findings.skipped().next();
    skipped.map_or_else(
        || "Not every requirement was tried: run meanwhile learn check again".into(),
        |(row, why)| format!("\"{}\" could not be tried: {why}", row.name),
    )
}

/// Whether a hole is not filled yet: then there is nothing to see of a run.
pub(super) fn is_a_hole(cause: &FirstCause) -> bool {
    cause.seen.contains(&format!(": {STUB}"))
}

fn first_cause(cause: &FirstCause, exercise: &Exercise) -> String {
    if let Some((place, _)) = cause.seen.split_once(&format!(": {STUB}")) {
        let place = printable(place.trim_start_matches("panicked at ").as_bytes(), SEEN);
        return format!(
            "A hole is not filled yet: {place}\nThe brief is README.md; a first step: meanwhile learn hint\n"
        );
    }
    let parts = [
        ("expected", cause.contract.as_str()),
        ("seen", &seen(cause)),
        ("look for", &cause.look_for),
        ("read", &format!("docs/src/{}, and the chapter docs/src/{}", cause.page, exercise.chapter)),
    ];
    let title = format!("Mend this first: {}\n", printable(cause.requirement.as_bytes(), SEEN));
    title + &parts.map(|(label, part)| labelled(label, part)).concat()
}

/// `  seen       what was seen`, in as many lines as it takes.
fn labelled(label: &str, part: &str) -> String {
    let width = screen::width().unwrap_or(PIPED_WIDTH).saturating_sub(LABEL);
    let part = screen::wrapped(&printable(part.as_bytes(), SEEN), width, "");
    let part = part.replace('\n', &format!("\n{}", " ".repeat(LABEL)));
    format!("  {label:<0$}{part}\n", LABEL - 2)
}

/// What was seen, and in which row if that is another one.
fn seen(cause: &FirstCause) -> String {
    let is_its_own = cause.row.ends_with(&format!(": {}", cause.requirement));
    if is_its_own { cause.seen.clone() } else { format!("{}, in {}", cause.seen, cause.row) }
}
