//! The name of a new model: as a crate, as an identifier, as a type.

use std::path::Path;

use crate::Error;
use crate::models::MODELS;

/// As long as a column of names is wide.
const LONGEST: usize = 24;

/// What a crate may not be called, since the name means something in Rust.
const TAKEN: [&str; 16] = [
    "alloc",
    "async",
    "await",
    "box",
    "core",
    "crate",
    "dyn",
    "loop",
    "match",
    "move",
    "proc-macro",
    "self",
    "std",
    "super",
    "test",
    "yield",
];

/// A name in kebab case that no crate has.
pub(super) struct Name {
    kebab: String,
}

impl Name {
    /// # Errors
    /// It is no such name.
    pub(super) fn new(name: &str, root: &Path) -> Result<Self, Error> {
        let shown = contestant::text::printable(name.as_bytes(), 40);
        let part = |part: &str| {
            part.starts_with(|sign: char| sign.is_ascii_lowercase())
                && part.chars().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit())
        };
        if name.len() > LONGEST || !name.split('-').all(part) {
            return Err(Error::Usage(format!(
                "{shown:?} is no name for a model: write at most {LONGEST} small letters, digits and single dashes, such as \
                 my-model"
            )));
        }
        if MODELS.iter().any(|entry| entry.name == name) {
            return Err(Error::Usage(format!("the model {shown} is there already: choose another name")));
        }
        if TAKEN.contains(&name) {
            return Err(Error::Usage(format!("{shown} means something in Rust: choose another name")));
        }
        if MODELS.iter().any(|entry| entry.folder == name) || is_crate(name, root) {
            return Err(Error::Usage(format!("{shown} is the name of another crate: choose another")));
        }
        Ok(Self { kebab: name.into() })
    }

    /// The text with its names: `NAME`, `IDENTIFIER` and `TYPE`.
    pub(super) fn fill(&self, template: &str) -> String {
        let identifier = self.kebab.replace('-', "_");
        template
            .replace("IDENTIFIER", &identifier)
            .replace("TYPE", &self.camel())
            .replace("NAME", &self.kebab)
    }

    fn camel(&self) -> String {
        let capital = |part: &str| part[..1].to_ascii_uppercase() + &part[1..];
        self.kebab.split('-').map(capital).collect()
    }
}

/// Whether the workspace is built from a crate of that name.
fn is_crate(name: &str, root: &Path) -> bool {
    let lock = std::fs::read_to_string(root.join("Cargo.lock")).unwrap_or_default();
    lock.lines().any(|line| line == format!("name = \"{name}\""))
}
