//! Help in small steps, and the reference once the own answer has passed.

use std::process::ExitCode;

use console::style;
use exercises::Package;
use similar::{ChangeTag, TextDiff};

use super::{check, place, said};
use crate::Error;

/// Shows the next hint, and from the last one on the last one.
pub(super) fn hint() -> Result<ExitCode, Error> {
    let (mut workspace, course) = place::here()?;
    if let Some(explanation) = course.explanation(&workspace.progress.current) {
        let page = &explanation.chapter;
        return said(&format!(
            "A prediction has no hints, and a wrong one costs nothing: the page is docs/src/{page}.\n"
        ));
    }
    let (exercise, wrong) = workspace.task(&course).map_err(Error::Usage)?;
    if wrong.is_some() {
        return said(
            "A hunt has no hints: meanwhile learn check shows the first cause, and where to look for it.\n",
        );
    }
    let hints = exercise.hints().map_err(Error::Broken)?;
    let work = workspace.progress.current_work();
    work.hints = (work.hints + 1).min(hints.len());
    let shown = work.hints;
    workspace.save().map_err(Error::Broken)?;
    match shown.checked_sub(1).and_then(|at| hints.get(at)) {
        Some(hint) => said(&format!("Hint {shown} of {}\n\n{}\n", hints.len(), hint.trim_end())),
        None => said(&format!("{} has no hints.\n", exercise.name)),
    }
}

/// Shows what differs from the reference, file by file.
pub(super) fn diff() -> Result<ExitCode, Error> {
    let (workspace, course) = place::here()?;
    let exercise = check::passed(&workspace, &course)?;
    let reference = course.reference(exercise).map_err(Error::Broken)?;
    let own = Package { folder: workspace.current() }.sources().map_err(Error::Broken)?;
    let mut text = String::new();
    for (path, theirs) in reference.files() {
        let ours = own.file(path).unwrap_or_default();
        if ours != theirs {
            text += &of_file(path, ours, theirs);
        }
    }
    said(if text.is_empty() { "Your files are those of the reference.\n" } else { &text })
}

/// A unified diff: `-` is the student's line, `+` that of the reference.
fn of_file(path: &str, ours: &str, theirs: &str) -> String {
    let diff = TextDiff::from_lines(ours, theirs);
    let mut text = format!("{}\n", style(format!("{path}: - yours, + the reference")).bold());
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        text += &format!("{}\n", style(hunk.header()).dim());
        for change in hunk.iter_changes() {
            let line = change.value().trim_end_matches('\n');
            text += &match change.tag() {
                ChangeTag::Delete => format!("{}\n", style(format!("-{line}")).red()),
                ChangeTag::Insert => format!("{}\n", style(format!("+{line}")).green()),
                ChangeTag::Equal => format!(" {line}\n"),
            };
        }
    }
    text
}
