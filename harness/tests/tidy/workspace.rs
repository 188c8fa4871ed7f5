//! The workspace as files: packages and what they need, sources, lines.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml::Table;

/// A package of the workspace, and what its manifest says.
pub(crate) struct Package {
    /// Below the root, such as `crates/serial`.
    pub(crate) folder: String,
    /// Folders of the packages of ours that it is built from, on any platform.
    pub(crate) needs: BTreeSet<String>,
    /// Those that its tests are built from.
    pub(crate) tests_need: BTreeSet<String>,
    /// Complaints: what it does not take from the workspace.
    pub(crate) own_ways: Vec<String>,
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("harness is in the workspace").into()
}

/// The text of a file below the root.
pub(crate) fn file(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names of what is in a folder below the root, in order.
pub(crate) fn names(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// All files of the workspace's packages whose names end so.
pub(crate) fn files(end: &str) -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["benches", "crates", "downstream-mock", "fuzz/fuzz_targets", "harness"] {
        search(folder, end, &mut found);
    }
    found
}

pub(crate) fn search(folder: &str, end: &str, found: &mut Vec<String>) {
    for name in names(folder) {
        let path = format!("{folder}/{name}");
        if root().join(&path).is_dir() {
            if name != "target" {
                search(&path, end, found);
            }
        } else if name.ends_with(end) {
            found.push(path);
        }
    }
}

/// The folders below `crates` that the harness has models from.
pub(crate) fn model_crates() -> impl Iterator<Item = String> {
    let harness = Package::read("harness");
    let models =
        harness.needs.into_iter().filter_map(|folder| folder.strip_prefix("crates/").map(String::from));
    models.filter(|name| !matches!(name.as_str(), "downstream-call" | "readiness"))
}

/// The lines of a section of a manifest.
pub(crate) fn lines_below<'text>(text: &'text str, section: &'text str) -> impl Iterator<Item = &'text str> {
    let below = text.lines().skip_while(move |line| *line != section).skip(1);
    below.take_while(|line| !line.starts_with('['))
}

/// All packages of the workspace.
pub(crate) fn packages() -> Vec<Package> {
    let crates = names("crates").into_iter().map(|name| format!("crates/{name}"));
    let others = ["benches", "downstream-mock", "downstream-mock/oracle", "harness"].map(String::from);
    crates.chain(others).map(|folder| Package::read(&folder)).collect()
}

impl Package {
    fn read(folder: &str) -> Self {
        let manifest = manifest(folder);
        let mut package = Self {
            folder: folder.into(),
            needs: BTreeSet::new(),
            tests_need: BTreeSet::new(),
            own_ways: Vec::new(),
        };
        if table(&manifest, "lints").and_then(|lints| lints.get("workspace")?.as_bool()) != Some(true) {
            package.own_ways.push(format!("{folder} has lints of its own"));
        }
        let targets =
            table(&manifest, "target").into_iter().flat_map(Table::values).filter_map(toml::Value::as_table);
        for part in [&manifest].into_iter().chain(targets) {
            package.take(part, "dependencies");
            package.take(part, "build-dependencies");
            package.take(part, "dev-dependencies");
        }
        package
    }

    fn take(&mut self, part: &Table, kind: &str) {
        let needed = if kind == "dev-dependencies" { &mut self.tests_need } else { &mut self.needs };
        for (name, wanted) in table(part, kind).into_iter().flatten() {
            if wanted.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
                self.own_ways.push(format!("{} has a version of {name} of its own", self.folder));
            }
            needed.extend(folder_of(name));
        }
    }
}

/// Where a package of ours is; nothing for what others publish.
pub(crate) fn folder_of(name: &str) -> Option<String> {
    let root = manifest("");
    let wanted = table(table(&root, "workspace")?, "dependencies")?.get(name)?;
    Some(wanted.get("path")?.as_str()?.to_owned())
}

fn manifest(folder: &str) -> Table {
    let path = if folder.is_empty() { "Cargo.toml".into() } else { format!("{folder}/Cargo.toml") };
    file(&path).parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn table<'table>(within: &'table Table, name: &str) -> Option<&'table Table> {
    within.get(name)?.as_table()
}
