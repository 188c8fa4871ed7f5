//! Where the student is: the folder of exercises, and the clone that they come from.

use std::path::{Path, PathBuf};

use exercises::{Course, Workspace};

use crate::Error;

/// The folder that this one is in, and its course.
pub(super) fn here() -> Result<(Workspace, Course), Error> {
    let workspace = Workspace::find(&current_folder()?).map_err(Error::Usage)?;
    let course = Course::open(&workspace.progress.clone).map_err(|why| {
        Error::Usage(format!("{why}: if the clone was moved, write its place into progress.toml"))
    })?;
    Ok((workspace, course))
}

/// The same where there may be no folder of exercises yet.
pub(in crate::cmd) fn anywhere() -> Result<(Option<Workspace>, Course), Error> {
    let folder = current_folder()?;
    if Workspace::is_in(&folder) {
        return here().map(|(workspace, course)| (Some(workspace), course));
    }
    Ok((None, Course::open(&clone(&folder)?).map_err(Error::Usage)?))
}

/// The clone that a folder is in, or that this program was built from.
fn clone(folder: &Path) -> Result<PathBuf, Error> {
    let built_from = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    let places = folder.ancestors().chain(built_from);
    let is_clone =
        |place: &&Path| place.join("exercises").is_dir() && place.join("harness/exercises").is_dir();
    places.into_iter().find(is_clone).map(PathBuf::from).ok_or_else(|| {
        Error::Usage("no clone of the repository is here: run this in one, where its Cargo.toml is".into())
    })
}

fn current_folder() -> Result<PathBuf, Error> {
    std::env::current_dir().map_err(|error| {
        Error::broken("finding the current folder", format!("{error}: go to a folder that exists"))
    })
}
