//! `meanwhile new-model`: writes all files that a new model needs into the checkout that it is run in.
//!
//! *What to notice*: every change is planned before the first file is written, so that a name that is taken or a checkout that
//! looks otherwise leaves everything as it was. The new model cannot be made until it is finished, and says so: the race, `check`
//! and the tests skip what cannot be made.
//!
//! *What is deliberately missing*: a model. The two holes in its `lib.rs` are what its author is here for.

mod changes;
mod name;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::{Error, text};
use changes::Changes;
use name::Name;

/// The list of models, by which a checkout is known.
const LIST: &str = "harness/meanwhile/src/models/list.rs";

/// What the model is called.
#[derive(Args, Debug)]
pub(super) struct NewModelArgs {
    /// In kebab case, such as my-model; the crate, its folder and its page are called so too
    name: String,
}

/// Writes the files and says what to do next.
///
/// # Errors
/// The name is none or is taken, this is no checkout, or a file cannot be written.
pub(super) fn new_model(args: &NewModelArgs) -> Result<ExitCode, Error> {
    let here = std::env::current_dir().map_err(|error| Error::broken("finding the current folder", error))?;
    let root = checkout(&here).ok_or_else(|| {
        let here = here.display();
        Error::Usage(format!("{here} is in no checkout of meanwhile: run this where its Cargo.toml is"))
    })?;
    let name = Name::new(&args.name, &root)?;
    let changes = planned(&name, &root)?;
    changes.write()?;
    text::say(&format!("{changes}\n{}", name.fill(include_str!("new_model/templates/next.txt"))))?;
    Ok(ExitCode::SUCCESS)
}

/// The root of the checkout that a folder is in.
fn checkout(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find(|folder| folder.join(LIST).is_file()).map(PathBuf::from)
}

/// All files of a model, and the lines that name it elsewhere.
fn planned(name: &Name, root: &Path) -> Result<Changes, Error> {
    let mut changes = Changes::in_checkout(root);
    let new = |changes: &mut Changes, path: &str, template: &str| {
        changes.add(&name.fill(path), name.fill(template))
    };
    new(&mut changes, "crates/NAME/Cargo.toml", include_str!("new_model/templates/manifest.txt"))?;
    new(&mut changes, "crates/NAME/src/lib.rs", include_str!("new_model/templates/lib.txt"))?;
    new(&mut changes, "crates/NAME/tests/model.rs", include_str!("new_model/templates/tests.txt"))?;
    new(&mut changes, "docs/src/models/NAME.md", include_str!("new_model/templates/page.txt"))?;
    let insert = |changes: &mut Changes, path: &str, before: &str, line: &str| {
        changes.insert(path, before, &name.fill(line))
    };
    let dependency = "NAME = { path = \"../../crates/NAME\" }\n";
    insert(&mut changes, "harness/meanwhile/Cargo.toml", "\n# What they are held against", dependency)?;
    insert(&mut changes, LIST, "];\n\nfn boxed", include_str!("new_model/templates/entry.txt"))?;
    insert(&mut changes, "docs/src/SUMMARY.md", "\n# The race", "- [NAME](models/NAME.md)\n")?;
    let row = "| `NAME` | in a place that is not written yet | [`crates/NAME`](crates/NAME) |\n";
    insert(&mut changes, "README.md", "<!-- end of ladder -->", row)?;
    Ok(changes)
}
