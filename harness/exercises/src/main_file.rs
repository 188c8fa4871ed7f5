//! The `main` of a starter: the model, or the subject that makes one, its facts, and the suite.

use crate::package::SUBJECT;
use crate::{Exercise, Facts};

/// The text of `src/main.rs`.
pub(crate) fn main_file(exercise: &Exercise) -> String {
    let facts = &exercise.facts;
    let cancels = if facts.cancels_by_the_deadline { "ByTheDeadline" } else { "AtOnce" };
    let at_once = facts.at_once.map_or_else(|| "usize::MAX".to_owned(), |at_once| at_once.to_string());
    let subject = match facts.subject {
        Some(_) => format!("#[path = \"../{SUBJECT}\"]\nmod subject;\n\n"),
        None => String::new(),
    };
    let Facts { new, spins, offloads, .. } = facts;
    let name = &exercise.name;
    format!(
        "//! Holds the model against the suite. `meanwhile learn check` tries the rows that grade it, `cargo run` tries all.

{subject}use std::process::ExitCode;

use conformance::{{Cancels, Subject}};

fn main() -> ExitCode {{
    conformance::main(&Subject {{
        name: \"{name}\",
        new: &|| Ok(Box::new({new}?)),
        at_once: {at_once},
        cancels: Cancels::{cancels},
        spins: {spins},
        offloads: {offloads},
    }})
}}
"
    )
}
