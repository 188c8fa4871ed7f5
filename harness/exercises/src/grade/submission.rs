//! What a student has handed in: a folder, of which only the sources are read.
//!
//! *What to notice*: all `.rs` files below an exercise's `src` are taken, but `main.rs` and `src/bin`, which are the grader's; a
//! student may put a helper into a file of its own. Where the student has no file, that of the reference is taken; a file with a
//! hole has to be there. Nothing is ever written into the folder.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::{Exercise, Sources};

/// The largest source file that is read.
const FILE_BYTES: u64 = 1024 * 1024;
/// The most source files of one exercise.
const FILES: usize = 100;
/// How deep they may lie.
const DEPTH: usize = 8;

/// The folder of one student.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The folder's name, or its whole path where two have one name.
    pub student: String,
    /// Where it is.
    pub folder: PathBuf,
}

/// The submissions that these paths name. Each is a student's folder, as `meanwhile learn init` makes it, or a folder of such
/// folders, or a file with the path of one on each line.
///
/// # Errors
/// A path does not exist, or leads to no folder.
pub fn submissions(paths: &[PathBuf], exercises: &[Exercise]) -> Result<Vec<Submission>, String> {
    let mut folders = Vec::new();
    for path in paths {
        if path.is_dir() {
            folders.extend(of_folder(path, exercises)?);
        } else {
            folders.extend(of_list(path)?);
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    folders.retain(|folder| seen.insert(folder.canonicalize().unwrap_or_else(|_| folder.clone())));
    let name = |folder: &PathBuf| {
        let whole = folder.canonicalize().unwrap_or_else(|_| folder.clone());
        whole
            .file_name()
            .map_or_else(|| whole.display().to_string(), |name| name.to_string_lossy().into_owned())
    };
    let names: Vec<_> = folders.iter().map(name).collect();
    let is_alone = |name: &String| names.iter().filter(|other| *other == name).count() == 1;
    let named = folders.iter().zip(&names).map(|(folder, name)| Submission {
        student: if is_alone(name) { name.clone() } else { folder.display().to_string() },
        folder: folder.clone(),
    });
    Ok(named.collect())
}

/// The folder itself, or all folders in it.
fn of_folder(folder: &Path, exercises: &[Exercise]) -> Result<Vec<PathBuf>, String> {
    let is_a_student = folder.join(crate::progress::FILE).exists()
        || exercises.iter().any(|exercise| folder.join(&exercise.name).exists());
    if is_a_student {
        return Ok(vec![folder.into()]);
    }
    let entries = fs::read_dir(folder).map_err(|error| {
        format!("reading {}: {error}: name a folder of submissions that can be read", folder.display())
    })?;
    let mut found: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    let is_hidden =
        |path: &Path| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    found.retain(|path| path.is_dir() && !is_hidden(path));
    found.sort();
    if found.is_empty() {
        let cure = "name folders that meanwhile learn init has made, unpacked";
        return Err(format!("{} has no submissions in it: {cure}", folder.display()));
    }
    Ok(found)
}

/// Each line is a folder, from the list's own folder on; an empty one, or one that begins with `#`, is none.
fn of_list(list: &Path) -> Result<Vec<PathBuf>, String> {
    let text = fs::read_to_string(list).map_err(|error| {
        let cure = "name a folder of submissions, or a file with one folder on each line";
        format!("reading {}: {error}: {cure}", list.display())
    })?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let base = list.parent().unwrap_or(Path::new("."));
    let folders: Vec<_> = lines.map(|line| base.join(line)).collect();
    match folders.iter().find(|folder| !folder.is_dir()) {
        Some(none) => {
            Err(format!("{} names {}, which is no folder: mend the line", list.display(), none.display()))
        }
        None => Ok(folders),
    }
}

impl Submission {
    /// Whether the student has begun this exercise.
    #[must_use]
    pub fn has(&self, exercise: &Exercise) -> bool {
        self.folder.join(&exercise.name).exists()
    }

    /// The sources to grade: the student's, and those of the reference where the student has none.
    ///
    /// # Errors
    /// A file with a hole is missing, or one cannot be taken; the line says which, and why.
    pub fn sources(&self, exercise: &Exercise, reference: &Sources) -> Result<Sources, String> {
        let folder = self.folder.join(&exercise.name);
        if !folder.is_dir() {
            return Err(format!("there is no folder {}", exercise.name));
        }
        let mut taken = BTreeMap::new();
        let mut taking = Taking { root: &self.folder, exercise: &folder, taken: &mut taken };
        taking.below("src", 0)?;
        if let Some(hole) = exercise.holes.iter().find(|hole| !taken.contains_key(&hole.file)) {
            return Err(format!("{} is missing", hole.file));
        }
        Ok(reference.overlaid(taken))
    }
}

/// Files that are being taken from a student's folder.
struct Taking<'a> {
    root: &'a Path,
    exercise: &'a Path,
    taken: &'a mut BTreeMap<String, String>,
}

impl Taking<'_> {
    fn below(&mut self, folder: &str, depth: usize) -> Result<(), String> {
        if depth > DEPTH {
            return Err(format!("{folder} lies too deep"));
        }
        let place = self.inside(folder)?;
        let entries = fs::read_dir(place).map_err(|error| format!("{folder} cannot be read: {error}"))?;
        let mut names: Vec<_> =
            entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        names.sort();
        for name in names {
            let path = format!("{folder}/{name}");
            let is_ours = ["src/main.rs", "src/bin"].contains(&path.as_str());
            if is_ours {
                continue;
            }
            if name.ends_with(".rs") {
                self.file(path)?;
            } else if self.exercise.join(&path).is_dir() {
                self.below(&path, depth + 1)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, path: String) -> Result<(), String> {
        if self.taken.len() >= FILES {
            return Err(format!("src has more than {FILES} files"));
        }
        let file = self.inside(&path)?;
        // A pipe would be waited for.
        match file.metadata().map_err(|error| format!("{path} cannot be read: {error}"))? {
            kind if kind.is_dir() => return Err(format!("{path} is a folder, not a file")),
            kind if !kind.is_file() => return Err(format!("{path} is no regular file")),
            kind if kind.len() > FILE_BYTES => return Err(format!("{path} has more than 1 MiB")),
            _ => {}
        }
        let mut text = Vec::new();
        let read = File::open(&file).and_then(|file| file.take(FILE_BYTES + 1).read_to_end(&mut text));
        read.map_err(|error| format!("{path} cannot be read: {error}"))?;
        if text.len() as u64 > FILE_BYTES {
            return Err(format!("{path} has more than 1 MiB"));
        }
        let text = String::from_utf8(text).map_err(|_| format!("{path} is no text"))?;
        self.taken.insert(path, text);
        Ok(())
    }

    /// Where a path leads, which has to be in the student's folder.
    fn inside(&self, path: &str) -> Result<PathBuf, String> {
        let place = self.exercise.join(path);
        let missing = |error| format!("{path} cannot be read: {error}");
        let (place, root) =
            (place.canonicalize().map_err(missing)?, self.root.canonicalize().map_err(missing)?);
        if place.starts_with(root) { Ok(place) } else { Err(format!("{path} leads out of the folder")) }
    }
}
