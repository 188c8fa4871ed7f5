//! What a student has done so far: one file that a person can read.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The file's name, in the student's folder.
pub(crate) const FILE: &str = "progress.toml";

const HEADER: &str = "# Written by `meanwhile learn`. `clone` is where the exercises are, `current` is the folder that it checks.\n";

/// The progress of one student.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// The clone of the repository.
    pub clone: PathBuf,
    /// The folder that is checked: an exercise, or a hunt.
    pub current: String,
    /// What was begun, by its folder.
    #[serde(default)]
    pub work: BTreeMap<String, Work>,
}

/// One exercise or hunt that was begun.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    /// Of a hunt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// How many hints were shown.
    #[serde(default)]
    pub hints: usize,
    /// How often it was checked.
    #[serde(default)]
    pub checks: usize,
    /// The most points that it had.
    #[serde(default)]
    pub points: u32,
    /// Whether it has passed.
    #[serde(default)]
    pub passed: bool,
}

impl Progress {
    /// Reads it from a student's folder.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let file = folder.join(FILE);
        let shown = file.display();
        let text = fs::read_to_string(&file).map_err(|error| {
            format!("reading {shown}: {error}: meanwhile learn init {} writes it", folder.display())
        })?;
        toml::from_str(&text).map_err(|error| {
            let error = error.to_string();
            let error = error.trim_end().replace('\n', " ");
            format!(
                "{shown}: {error}: mend the line, or move the file away and run meanwhile learn init again"
            )
        })
    }

    /// Writes it. The old one stays until the new one is complete.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), String> {
        let text = toml::to_string(self).map_err(|error| format!("writing {FILE}: {error}"))?;
        let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
            file.write_all(format!("{HEADER}{text}").as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(folder.join(FILE)).map_err(|error| error.error)
        });
        written.map(drop).map_err(|error| {
            let cure = "make room on the disk, or let the folder be written; your code is as it was";
            format!("writing {}: {error}: {cure}", folder.join(FILE).display())
        })
    }

    /// The exercise or hunt that is checked.
    pub fn current_work(&mut self) -> &mut Work {
        self.work.entry(self.current.clone()).or_default()
    }
}
