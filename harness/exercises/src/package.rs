//! A crate that can be built and graded, as a folder: sources, `main`, subject, manifest, lock, brief.

use std::fs;
use std::path::{Path, PathBuf};

use crate::main_file::main_file;
use crate::manifest::manifest;
use crate::sources::write;
use crate::{Exercise, Sources};

/// Where the subject of an exercise is: not in `src`, since it is no source of the model.
pub(crate) const SUBJECT: &str = "subject.rs";

/// The folder of a crate that belongs to an exercise.
#[derive(Clone, Debug)]
pub struct Package {
    /// Where it is.
    pub folder: PathBuf,
}

impl Package {
    /// Writes all that a build needs. What is there already and has the same text is not touched.
    ///
    /// # Errors
    /// A file of the clone cannot be read, or one of the package cannot be written.
    pub fn write(
        folder: &Path,
        exercise: &Exercise,
        clone: &Path,
        sources: &Sources,
    ) -> Result<Self, String> {
        sources.write(folder)?;
        Self::write_around(folder, exercise, clone)
    }

    /// The same without the sources of the model: what no student has to change.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn write_around(folder: &Path, exercise: &Exercise, clone: &Path) -> Result<Self, String> {
        write(&folder.join("src/main.rs"), &main_file(exercise))?;
        if let Some(subject) = exercise.subject()? {
            write(&folder.join(SUBJECT), &subject)?;
        }
        write(&folder.join("Cargo.toml"), &manifest(exercise, clone, &package_name(folder))?)?;
        let lock = folder.join("Cargo.lock");
        if !lock.exists() {
            // The versions of the clone: they were downloaded when the program was built.
            let from = clone.join("Cargo.lock");
            let text = fs::read_to_string(&from).map_err(|error| {
                format!("reading {}: {error}: build the clone once (cargo build)", from.display())
            })?;
            write(&lock, &text)?;
        }
        Ok(Self { folder: folder.into() })
    }

    /// The sources that are there now, without `main`.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn sources(&self) -> Result<Sources, String> {
        Sources::read(&self.folder)
    }
}

/// What the package in a folder is called, and its program: what cargo allows of the folder's name.
pub(crate) fn package_name(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    name.chars().map(|sign| if sign.is_ascii_alphanumeric() || sign == '_' { sign } else { '-' }).collect()
}
