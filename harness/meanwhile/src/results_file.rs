//! A file for results: the old one stays as it is until the new one is complete.
//!
//! *What to notice*: what can go wrong is tried before the results are there, since they may take minutes. The new file is
//! written beside the old one and renamed, which replaces it in one step.
//!
//! *What is deliberately missing*: that for what is no regular file. A device or a pipe is opened at the start and written
//! directly, and so is a file in a folder in which no other can be made.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use contestant::text::printable;
use tempfile::{Builder, NamedTempFile};

use crate::Error;
use crate::text::unless_closed;

/// Where results go once they are complete.
#[derive(Debug)]
pub(crate) struct ResultsFile {
    name: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    StandardOutput,
    /// A new file beside this one, which then takes its place.
    Beside(PathBuf),
    /// What is open already.
    Direct(File),
}

impl ResultsFile {
    /// Finds out whether results can be written to `name`, and changes nothing; `-` is standard output.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn open(name: &str) -> Result<Self, Error> {
        let place = place(name).map_err(|error| {
            let name = printable(name.as_bytes(), 80);
            Error::Usage(format!("writing to {name}: {error}: choose a file that can be written"))
        })?;
        Ok(Self { name: name.into(), place })
    }

    pub(crate) fn is_standard_output(&self) -> bool {
        matches!(self.place, Place::StandardOutput)
    }

    /// Whether both names lead to one file, however they are written.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        match (&self.place, &other.place) {
            (Place::Beside(one), Place::Beside(other)) => one == other || is_one_file(one, other),
            (Place::StandardOutput, Place::StandardOutput) => true,
            (Place::Direct(_), Place::Direct(_)) => {
                is_one_file(Path::new(&self.name), Path::new(&other.name))
            }
            _ => false,
        }
    }

    /// Writes all of it, and names the file on standard error.
    ///
    /// # Errors
    /// Something could not be written; a file is then as it was.
    pub(crate) fn write(self, results: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        let is_for_a_reader = matches!(self.place, Place::Beside(_));
        let written = match self.place {
            Place::StandardOutput => unless_closed(all(results, &mut io::stdout().lock())),
            Place::Beside(path) => replace(&path, results),
            Place::Direct(mut file) => empty(&file).and_then(|()| all(results, &mut file)),
        };
        let name = printable(self.name.as_bytes(), 80);
        written.map_err(|error| Error::broken(format!("writing the results to {name}"), error))?;
        if is_for_a_reader {
            // Results that were written stay written, also where standard error is closed.
            let _ = writeln!(io::stderr(), "wrote {name}");
        }
        Ok(())
    }
}

fn place(name: &str) -> io::Result<Place> {
    if name == "-" {
        return Ok(Place::StandardOutput);
    }
    let path = Path::new(name);
    match fs::metadata(path) {
        Ok(file) if file.is_file() => {
            let file = OpenOptions::new().write(true).open(path)?;
            let path = path.canonicalize()?;
            Ok(if new_file(&path).is_ok() { Place::Beside(path) } else { Place::Direct(file) })
        }
        Ok(_) => OpenOptions::new().write(true).open(path).map(Place::Direct),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let name = path.file_name().ok_or(error)?;
            let path = folder(path).canonicalize()?.join(name);
            new_file(&path)?;
            Ok(Place::Beside(path))
        }
        Err(error) => Err(error),
    }
}

/// The folder of a file; this one, for a name alone.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// An empty file beside `path` that goes away unless it is kept.
fn new_file(path: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    // What the program's own umask leaves of it, as for every new file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.prefix(".meanwhile-").tempfile_in(folder(path))
}

fn replace(path: &Path, results: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut file = new_file(path)?;
    if let Ok(old) = fs::metadata(path) {
        file.as_file().set_permissions(old.permissions())?;
    }
    all(results, &mut file)?;
    // Else a crash of the machine could leave the name without the content.
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn all(results: impl FnOnce(&mut dyn Write) -> io::Result<()>, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    results(&mut out)?;
    out.flush()
}

/// Drops what a regular file holds.
fn empty(file: &File) -> io::Result<()> {
    if file.metadata()?.is_file() { file.set_len(0) } else { Ok(()) }
}

#[cfg(unix)]
fn is_one_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let file = |path: &Path| path.metadata().ok().map(|file| (file.dev(), file.ino()));
    file(one).is_some() && file(one) == file(other)
}

#[cfg(not(unix))]
fn is_one_file(one: &Path, other: &Path) -> bool {
    one == other
}
