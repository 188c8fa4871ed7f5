//! The sources of a crate as texts: as they are, with holes, or with a wrong answer.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::{Exercise, Wrong, with_holes};

/// The files below a crate's `src`, by their path from the crate's folder (`src/lib.rs`), with `/` on every system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources(BTreeMap<String, String>);

impl Sources {
    /// The sources in a crate's folder.
    ///
    /// # Errors
    /// A file cannot be read, or is no text.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let mut files = BTreeMap::new();
        read_below(folder, "src", &mut files)?;
        Ok(Self(files))
    }

    /// The same with these files in the place of its own, or beside them.
    pub(crate) fn overlaid(&self, files: BTreeMap<String, String>) -> Self {
        let mut all = self.0.clone();
        all.extend(files);
        Self(all)
    }

    /// The files with their paths, in the order of the paths.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The text of a file.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// The same with stubs in the holes of an exercise.
    ///
    /// # Errors
    /// A hole names what is not there.
    pub fn with_holes(&self, exercise: &Exercise) -> Result<Self, String> {
        let mut files = self.0.clone();
        for (path, text) in &mut files {
            let holes = exercise.holes.iter().filter(|hole| hole.file == *path);
            let items: Vec<_> = holes.map(|hole| hole.item.as_str()).collect();
            if !items.is_empty() {
                *text = with_holes(text, &items).map_err(|why| {
                    format!("exercise {}: crates/{}/{path}: {why}", exercise.name, exercise.crate_folder)
                })?;
            }
        }
        match exercise.holes.iter().find(|hole| !files.contains_key(&hole.file)) {
            Some(hole) => {
                let Exercise { name, crate_folder, .. } = exercise;
                let near = crate::nearest::did_you_mean(&hole.file, files.keys().map(String::as_str));
                Err(format!("exercise {name}: crates/{crate_folder} has no file {}{near}", hole.file))
            }
            None => Ok(Self(files)),
        }
    }

    /// The same with a wrong answer in it.
    ///
    /// # Errors
    /// The text that it replaces is not there exactly once.
    pub fn with_wrong(&self, wrong: &Wrong) -> Result<Self, String> {
        let mut files = self.0.clone();
        for change in &wrong.changes {
            let file = wrong.file.display();
            let text = files.get_mut(&change.file).ok_or_else(|| {
                format!("{file}: the crate has no file {}: update the wrong answer", change.file)
            })?;
            let first = change.find.trim().lines().next().unwrap_or_default();
            match text.matches(&change.find).count() {
                1 => *text = text.replacen(&change.find, &change.replace, 1),
                found => {
                    return Err(format!(
                        "{file}: \"{first}\" is in {} {found} times, not once: update the wrong answer",
                        change.file
                    ));
                }
            }
        }
        Ok(Self(files))
    }

    /// Writes all files that differ, and removes no other.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), String> {
        self.files().try_for_each(|(path, text)| write(&folder.join(path), text))
    }
}

fn read_below(folder: &Path, below: &str, files: &mut BTreeMap<String, String>) -> Result<(), String> {
    let failed = |path: &Path, error| format!("reading {}: {error}", path.display());
    let place = folder.join(below);
    for entry in fs::read_dir(&place).map_err(|error| failed(&place, error))? {
        let name = entry.map_err(|error| failed(&place, error))?.file_name();
        let path = format!("{below}/{}", name.to_string_lossy());
        let file = folder.join(&path);
        if file.is_dir() {
            read_below(folder, &path, files)?;
        } else {
            files.insert(path, fs::read_to_string(&file).map_err(|error| failed(&file, error))?);
        }
    }
    Ok(())
}

/// Writes a file unless it has this text already, so that nothing is built again without a reason.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), String> {
    if fs::read_to_string(file).is_ok_and(|there| there == text) {
        return Ok(());
    }
    let folder = file.parent().map_or(Ok(()), fs::create_dir_all);
    folder.and_then(|()| fs::write(file, text)).map_err(|error| {
        let cure = "make room on the disk, or choose a folder that can be written";
        format!("writing {}: {error}: {cure}", file.display())
    })
}
