//! Files that are to be written, all of them or none.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::Error;

/// Files to be written into a checkout.
pub(super) struct Changes {
    root: PathBuf,
    files: Vec<File>,
}

struct File {
    /// Below the root.
    path: String,
    /// What is in it now, if it is there.
    before: Option<String>,
    after: String,
}

impl Changes {
    pub(super) fn in_checkout(root: &Path) -> Self {
        Self { root: root.into(), files: Vec::new() }
    }

    /// A file that is not there yet.
    pub(super) fn add(&mut self, path: &str, text: String) -> Result<(), Error> {
        if self.root.join(path).exists() {
            return Err(Error::Usage(format!("{path} is there already: choose another name")));
        }
        self.files.push(File { path: path.into(), before: None, after: text });
        Ok(())
    }

    /// Lines in a file that is there, before the only place with this text.
    pub(super) fn insert(&mut self, path: &str, place: &str, lines: &str) -> Result<(), Error> {
        let text = fs::read_to_string(self.root.join(path))
            .map_err(|error| Error::broken(format!("reading {path}"), error))?;
        let Some((above, below)) = text.split_once(place) else {
            let place = place.trim();
            return Err(Error::Broken(format!(
                "{path} has no {place:?} to write the model above: write its line by hand, as CONTRIBUTING.md says"
            )));
        };
        let after = format!("{above}{lines}{place}{below}");
        self.files.push(File { path: path.into(), before: Some(text), after });
        Ok(())
    }

    /// Writes all files. If one cannot be written, those before it become what they were.
    pub(super) fn write(&self) -> Result<(), Error> {
        for (written, file) in self.files.iter().enumerate() {
            if let Err(error) = file.write(&self.root) {
                self.files[..=written].iter().rev().for_each(|file| file.take_back(&self.root));
                let cure = "run it in a checkout that can be written";
                return Err(Error::broken(format!("writing {}", file.path), format!("{error}: {cure}")));
            }
        }
        Ok(())
    }
}

impl File {
    fn write(&self, root: &Path) -> io::Result<()> {
        let path = root.join(&self.path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, &self.after)
    }

    /// What cannot be written cannot be taken back either, and the message says which file that is.
    fn take_back(&self, root: &Path) {
        let path = root.join(&self.path);
        let _ = match &self.before {
            Some(before) => fs::write(path, before),
            None => fs::remove_file(&path).and_then(|()| remove_empty_folders(&path, root)),
        };
    }
}

fn remove_empty_folders(path: &Path, root: &Path) -> io::Result<()> {
    // Ends at the first folder that is not empty.
    path.ancestors().skip(1).take_while(|folder| *folder != root).try_for_each(fs::remove_dir)
}

impl fmt::Display for Changes {
    /// A line for each file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.files.iter().try_for_each(|file| {
            let what = if file.before.is_none() { "wrote" } else { "added a line to" };
            writeln!(f, "{what} {}", file.path)
        })
    }
}
