//! Puts one deliberate defect after the other into a copy of the models (`make mutation`), and checks that the suite
//! catches each.
//!
//! *What to notice*: a test that has never failed proves nothing. Each defect names the row that has to break, and a
//! word of the reason, so that it is not caught by accident; and each row has to hold without it first.
//!
//! *What is deliberately missing*: defects made at random. These are mistakes that people make.

mod defects;
mod sources;

use std::process::ExitCode;
use std::time::Instant;

use defects::{DEFECTS, Defect};
use sources::Sources;

/// Tries all defects, and prints which of them survived.
pub(crate) fn run() -> ExitCode {
    match survivors() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(survivors) => {
            eprintln!("mutation: {survivors} of {} defects were not caught", DEFECTS.len());
            ExitCode::FAILURE
        }
        Err(why) => {
            eprintln!("mutation: {why}");
            ExitCode::FAILURE
        }
    }
}

/// How many defects were not caught. Prints a line for each defect.
fn survivors() -> Result<usize, String> {
    let outdated: Vec<_> = DEFECTS.iter().filter_map(|defect| Sources::misplaced(defect).err()).collect();
    if !outdated.is_empty() {
        return Err(outdated.join("\n"));
    }
    let sources = Sources::update()?;
    sources.build()?;
    for defect in DEFECTS {
        let broken = sources.broken_rows(defect.model, defect.row)?;
        if let Some(why) = broken.first() {
            return Err(format!("{} breaks \"{}\" without any defect: {why}", defect.model, defect.row));
        }
    }
    let mut survivors = 0;
    for defect in DEFECTS {
        let started = Instant::now();
        let caught = judge(&sources, defect);
        let seconds = started.elapsed().as_secs();
        let how: String = caught.as_ref().unwrap_or_else(|why| why).chars().take(200).collect();
        println!("{}: {}: {how} ({seconds} s)", defect.file, defect.what);
        survivors += usize::from(caught.is_err());
    }
    Ok(survivors)
}

/// How the defect was caught, or why it was not.
fn judge(sources: &Sources, defect: &Defect) -> Result<String, String> {
    let broken = sources.with_defect(defect, || {
        sources.build()?;
        sources.broken_rows(defect.model, defect.row)
    })?;
    match broken.iter().find(|why| why.contains(defect.reason)) {
        Some(why) => Ok(format!("caught: {why}")),
        None if broken.is_empty() => Err(format!("SURVIVED: {} holds \"{}\"", defect.model, defect.row)),
        None => {
            Err(format!("SURVIVED: broken, but not because of \"{}\": {}", defect.reason, broken.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests;
