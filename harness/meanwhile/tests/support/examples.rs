//! Examples of the models' crates, as contestants.
//!
//! *What to notice*: `cargo test` builds the examples of all packages that it tests. Where it tests this package alone, they are
//! built here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::MEANWHILE;

/// The file of this example, which is newer than its source.
pub(crate) fn example(name: &str) -> String {
    let (built, source) = (folder().join(name), source(name));
    if !is_newer(&built, &source) {
        build(name, &source);
    }
    built.display().to_string()
}

fn build(name: &str, source: &Path) {
    let package = source.ancestors().nth(2).expect("PACKAGE/examples/NAME.rs");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(package).args(["build", "--offline", "--example", name]);
    cargo.arg("--target-dir").arg(folder().ancestors().nth(2).expect("target/PROFILE/examples"));
    if folder().ends_with("release/examples") {
        cargo.arg("--release");
    }
    let built = cargo.output().expect("cargo");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
}

/// In whichever crate it is.
fn source(name: &str) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("it is in the workspace");
    let crates = fs::read_dir(workspace.join("crates")).expect("the models' crates").flatten();
    let mut sources = crates.map(|entry| entry.path().join("examples").join(name).with_extension("rs"));
    sources.find(|source| source.exists()).expect("an example of this name")
}

fn folder() -> PathBuf {
    Path::new(MEANWHILE).parent().expect("target/PROFILE").join("examples")
}

fn is_newer(file: &Path, than: &Path) -> bool {
    let changed = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
    changed(file).zip(changed(than)).is_some_and(|(file, than)| file >= than)
}
