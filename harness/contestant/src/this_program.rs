//! The file of the program that runs, also after it was replaced or deleted: a build may end while a race is on.

use std::io;
use std::path::PathBuf;

/// A path that starts this very program, from this process or from one that was started by it.
///
/// # Errors
/// The system does not tell.
#[cfg(target_os = "linux")]
pub fn this_program() -> io::Result<PathBuf> {
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    /// The system resolves it in the process that uses it.
    const RUNNING: &str = "/proc/self/exe";

    let file = |path: &Path| path.metadata().ok().map(|file| (file.dev(), file.ino()));
    let path = std::env::current_exe()?;
    // The path is preferred: the process that it starts has a name that people know.
    let is_replaced = file(&path).is_none_or(|at_path| file(Path::new(RUNNING)) != Some(at_path));
    Ok(if is_replaced { RUNNING.into() } else { path })
}

/// A path that starts this very program, unless its file is replaced.
///
/// # Errors
/// The system does not tell.
#[cfg(not(target_os = "linux"))]
pub fn this_program() -> io::Result<PathBuf> {
    std::env::current_exe()
}
