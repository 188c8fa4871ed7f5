//! Puts one deliberate defect after the other into a copy of the models, and sees that the suite catches each:
//! `make mutation`.
//!
//! *What to notice*: a test that has never failed proves nothing. Each mutant names the row that has to break, and a
//! word of the reason, so that it is not caught by accident; and each row has to hold without it first.
//!
//! *What is deliberately missing*: defects made at random. These are the ones that people make.

mod mutants;
mod workshop;

use std::process::ExitCode;
use std::time::Instant;

use mutants::{MUTANTS, Mutant};
use workshop::Workshop;

fn main() -> ExitCode {
    match survivors() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(survivors) => {
            eprintln!("mutation: {survivors} of {} defects were not caught", MUTANTS.len());
            ExitCode::FAILURE
        }
        Err(why) => {
            eprintln!("mutation: {why}");
            ExitCode::FAILURE
        }
    }
}

/// How many defects were not caught; a line for each.
fn survivors() -> Result<usize, String> {
    let workshop = Workshop::open()?;
    workshop.build()?;
    for mutant in MUTANTS {
        let broken = workshop.broken_rows(mutant.model, mutant.row)?;
        if let Some(why) = broken.first() {
            return Err(format!("{} breaks \"{}\" without any defect: {why}", mutant.model, mutant.row));
        }
    }
    let mut survivors = 0;
    for mutant in MUTANTS {
        let started = Instant::now();
        let caught = judge(&workshop, mutant);
        let seconds = started.elapsed().as_secs();
        let how: String = caught.as_ref().unwrap_or_else(|why| why).chars().take(200).collect();
        println!("{}: {}: {how} ({seconds} s)", mutant.file, mutant.defect);
        survivors += usize::from(caught.is_err());
    }
    Ok(survivors)
}

/// How the defect was caught, or why it was not.
fn judge(workshop: &Workshop, mutant: &Mutant) -> Result<String, String> {
    let broken = workshop.with_defect(mutant, || {
        workshop.build()?;
        workshop.broken_rows(mutant.model, mutant.row)
    })?;
    match broken.iter().find(|why| why.contains(mutant.reason)) {
        Some(why) => Ok(format!("caught: {why}")),
        None if broken.is_empty() => Err(format!("SURVIVED: {} holds \"{}\"", mutant.model, mutant.row)),
        None => {
            Err(format!("SURVIVED: broken, but not because of \"{}\": {}", mutant.reason, broken.join(", ")))
        }
    }
}
