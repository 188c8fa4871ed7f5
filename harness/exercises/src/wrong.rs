//! Wrong answers: plausible mistakes as changes of the reference, each with the requirement that has to catch it.
//!
//! *What to notice*: a wrong answer has three uses. The gate of the exercises proves with it that the requirements grade what they
//! say. A hunt is a crate with one of them in it, and its symptom. And a student who makes the same mistake gets its requirement
//! as the first cause.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::Exercise;

/// A wrong answer: `exercises/NAME/wrong/WRONG.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Wrong {
    /// The name of its file, without the ending.
    #[serde(skip)]
    pub name: String,
    /// The file itself.
    #[serde(skip)]
    pub file: PathBuf,
    /// What is wrong, in a sentence.
    pub what: String,
    /// The requirement that is broken first.
    pub caught_by: String,
    /// Other requirements of the exercise that may break with it.
    #[serde(default)]
    pub also_breaks: Vec<String>,
    /// What a user of the program would report, without a word of the cause.
    pub symptom: String,
    /// Words of which a line that names the fix contains one or more.
    pub fix: Vec<String>,
    /// What differs from the reference.
    pub changes: Vec<Change>,
}

/// One change of a text.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The file, from the crate's folder.
    pub file: String,
    /// Text that is in the file exactly once.
    pub find: String,
    /// What stands in its place.
    pub replace: String,
}

impl Wrong {
    /// Those of an exercise, in the order of their names; none if it has no such folder.
    pub(crate) fn all(exercise: &Exercise) -> Result<Vec<Self>, String> {
        let folder = exercise.folder.join("wrong");
        let Ok(entries) = fs::read_dir(&folder) else { return Ok(Vec::new()) };
        let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|file| file.extension().is_some_and(|ending| ending == "toml"));
        files.sort();
        files.iter().map(|file| Self::read(file, exercise)).collect()
    }

    fn read(file: &Path, exercise: &Exercise) -> Result<Self, String> {
        let shown = file.display();
        let text = fs::read_to_string(file).map_err(|error| format!("reading {shown}: {error}"))?;
        let wrong: Self = toml::from_str(&text).map_err(|error| {
            let error = error.to_string();
            let error = error.trim_end().replace('\n', " ");
            format!("{shown}: {error}: exercises/README.md has the fields")
        })?;
        let grades = |name: &&String| exercise.requirements.iter().any(|graded| graded.name == **name);
        let named = std::iter::once(&wrong.caught_by).chain(&wrong.also_breaks);
        if let Some(other) = named.into_iter().find(|name| !grades(name)) {
            return Err(format!(
                "{shown}: \"{other}\" does not grade {}: add it to exercise.toml",
                exercise.name
            ));
        }
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, file: file.into(), ..wrong })
    }

    /// Whether a line says what has to be done.
    #[must_use]
    pub fn is_named_by(&self, line: &str) -> bool {
        let line = line.to_lowercase();
        self.fix.iter().any(|word| line.contains(&word.to_lowercase()))
    }
}
