//! The workspace as files: packages and what they need, sources, lines.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml::Table;

/// A package of the workspace, and what its manifest says.
pub(crate) struct Package {
    pub(crate) name: String,
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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.ancestors().nth(2).expect("this package is in harness").into()
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
    for folder in ["benches", "crates", "downstream-mock", "fuzz/fuzz_targets", "harness", "xtask"] {
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

/// The folders below `crates` that models are in.
pub(crate) fn model_crates() -> impl Iterator<Item = String> {
    let models = packages().into_iter().filter(is_model);
    models.filter_map(|package| package.folder.strip_prefix("crates/").map(String::from))
}

/// Whether models are in it.
pub(crate) fn is_model(package: &Package) -> bool {
    let folder = package.folder.as_str();
    folder.starts_with("crates/") && !matches!(folder, "crates/downstream-call" | "crates/readiness")
}

/// The lines of a section of a manifest.
pub(crate) fn lines_below<'text>(text: &'text str, section: &'text str) -> impl Iterator<Item = &'text str> {
    let below = text.lines().skip_while(move |line| *line != section).skip(1);
    below.take_while(|line| !line.starts_with('['))
}

/// All packages of the workspace.
pub(crate) fn packages() -> Vec<Package> {
    folders().into_iter().map(|folder| Package::read(&folder)).collect()
}

/// The folders of all packages.
fn folders() -> Vec<String> {
    let below = |top: &'static str| names(top).into_iter().map(move |name| format!("{top}/{name}"));
    let others = ["benches", "downstream-mock", "downstream-mock/oracle", "xtask"].map(String::from);
    below("crates").chain(below("harness")).chain(others).collect()
}

impl Package {
    fn read(folder: &str) -> Self {
        let manifest = manifest(folder);
        let mut package = Self {
            name: package_name(&manifest).into(),
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
            let from_workspace = wanted.get("workspace").and_then(toml::Value::as_bool) == Some(true);
            if !from_workspace && wanted.get("path").is_none() {
                self.own_ways.push(format!("{} has a version of {name} of its own", self.folder));
            }
            needed.extend(folder_of(name));
        }
    }
}

impl Package {
    /// Whether code uses the crate, or a manifest depends on it, or either has its path.
    pub(crate) fn is_named_in(&self, path: &str, text: &str) -> bool {
        let is_word = |sign: char| sign.is_alphanumeric() || "_-".contains(sign);
        let follows = |word: &str, next: &[&str]| {
            text.match_indices(word).any(|(at, _)| {
                let rest = &text[at + word.len()..];
                !text[..at].ends_with(is_word) && next.iter().any(|next| rest.starts_with(next))
            })
        };
        let used = if path.ends_with(".rs") {
            follows(&self.name.replace('-', "_"), &["::"])
        } else {
            follows(&self.name, &[" = ", ".", "/"])
        };
        used || follows(&self.folder, &["/", "\""])
    }
}

/// Where a package of ours is; nothing for what others publish.
pub(crate) fn folder_of(name: &str) -> Option<String> {
    folders().into_iter().find(|folder| package_name(&manifest(folder)) == name)
}

fn package_name(manifest: &Table) -> &str {
    let package = table(manifest, "package").and_then(|package| package.get("name")?.as_str());
    package.expect("a package has a name")
}

fn manifest(folder: &str) -> Table {
    let path = if folder.is_empty() { "Cargo.toml".into() } else { format!("{folder}/Cargo.toml") };
    file(&path).parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn table<'table>(within: &'table Table, name: &str) -> Option<&'table Table> {
    within.get(name)?.as_table()
}
