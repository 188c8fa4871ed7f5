//! What the benches share: the groups, a model beside a mock, and the tables that are made from Criterion's estimates.

pub mod estimates;
pub mod groups;
pub mod pair;
pub mod ranking;
mod table;

use std::io;
use std::path::Path;
use std::time::SystemTime;

use meanwhile::models::{Entry, MODELS, Setup};
pub use table::table;

use groups::GROUPS;

/// The models that can be made here.
pub fn models() -> impl Iterator<Item = &'static Entry> {
    MODELS.iter().filter(|entry| (entry.new)(&Setup::default()).is_ok())
}

/// The table of each group of which a baseline has estimates, without those that are older than `since`.
///
/// # Errors
/// An estimate cannot be read.
pub fn tables(folder: &Path, baseline: &str, since: Option<SystemTime>) -> io::Result<Vec<String>> {
    let models: Vec<&Entry> = MODELS.iter().collect();
    let mut tables = Vec::new();
    for group in GROUPS {
        let names = models.iter().map(|entry| entry.name);
        let estimates = estimates::saved(folder, group, baseline, names, since)?;
        if !estimates.is_empty() {
            tables.push(table(group, &models, estimates));
        }
    }
    Ok(tables)
}

/// What to tell a person who asked for benches of which none has run: Criterion says nothing.
///
/// What only lists or compares runs none, and is right.
#[must_use]
pub fn complaint(has_run: bool, arguments: impl IntoIterator<Item = String>) -> Option<String> {
    let runs_none = |argument: &String| argument == "--list" || argument.starts_with("--load-baseline");
    let arguments: Vec<_> = arguments.into_iter().filter(|argument| argument != "--bench").collect();
    if has_run || arguments.iter().any(runs_none) {
        return None;
    }
    Some(format!("no bench matches {}: cargo bench -- --list shows them all", arguments.join(" ")))
}

/// What to tell a person who asked for tables of estimates that are not there.
#[must_use]
pub fn without_estimates(folder: &Path, baseline: &str) -> String {
    let cure = if baseline == estimates::LATEST {
        String::from("cargo bench makes them")
    } else {
        format!("cargo bench -- --save-baseline {baseline} makes them")
    };
    format!("no estimates called {baseline} in {} yet: {cure}", folder.display())
}
