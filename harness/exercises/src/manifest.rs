//! The manifest of a starter: that of the crate, with what it takes from the workspace written out.
//!
//! *What to notice*: a starter is a workspace of its own, with paths into the clone. So it builds wherever it is, and a broken one
//! breaks neither the clone nor another starter.
//!
//! *What is deliberately missing*: what only the crate's tests and examples need.

use std::fs;
use std::path::Path;

use toml::{Table, Value};

use crate::Exercise;

/// Lints that would complain about a hole: names are unused until it is filled.
const UNUSED: [&str; 4] = ["dead_code", "unused_imports", "unused_mut", "unused_variables"];

/// The text of a starter's `Cargo.toml`.
///
/// The package has the name of its folder, and the library that of the crate: cargo tells packages apart by their names once they
/// share a folder for what is compiled, and a hunt has the same crate as an exercise.
pub(crate) fn manifest(exercise: &Exercise, clone: &Path, name: &str) -> Result<String, String> {
    let workspace = read(&clone.join("Cargo.toml"))?;
    let root = workspace.get("workspace").and_then(Value::as_table).cloned().unwrap_or_default();
    let folder = clone.join("crates").join(&exercise.crate_folder);
    let own = read(&folder.join("Cargo.toml"))?;
    let source = Source { root: &root, clone, folder: &folder };
    let mut made = Table::new();
    made.insert("workspace".into(), Value::Table(Table::new()));
    let library =
        table(&own, "package").get("name").and_then(Value::as_str).unwrap_or_default().replace('-', "_");
    made.insert("package".into(), Value::Table(source.package(&own, name)));
    made.insert("lib".into(), Value::Table(table_of(&[("name", &library), ("path", "src/lib.rs")])));
    let bin = table_of(&[("name", name), ("path", "src/main.rs")]);
    made.insert("bin".into(), Value::Array(vec![Value::Table(bin)]));
    let mut dependencies = source.dependencies(table(&own, "dependencies"));
    dependencies.insert("conformance".into(), source.workspace_dependency("conformance"));
    made.insert("dependencies".into(), Value::Table(dependencies));
    if let Some(features) = own.get("features") {
        made.insert("features".into(), features.clone());
    }
    made.insert("target".into(), Value::Table(source.targets(table(&own, "target"))));
    made.insert("lints".into(), Value::Table(lints(&root)));
    // That of the clone: an optimised mock takes less CPU time from the model beside it.
    made.extend(workspace.get("profile").map(|profile| ("profile".to_owned(), profile.clone())));
    let text = toml::to_string(&made).map_err(|error| format!("writing a manifest: {error}"))?;
    Ok(format!("# Made by `meanwhile learn`: the crate's own manifest, with paths into the clone.\n{text}"))
}

/// The workspace that a crate takes its versions from.
struct Source<'root> {
    root: &'root Table,
    clone: &'root Path,
    /// Of the crate.
    folder: &'root Path,
}

impl Source<'_> {
    fn package(&self, own: &Table, name: &str) -> Table {
        let shared = table(self.root, "package");
        let mut package = Table::new();
        for (name, value) in table(own, "package") {
            let is_shared = value.get("workspace").and_then(Value::as_bool) == Some(true);
            let value = if is_shared { shared.get(&name).cloned() } else { Some(value) };
            package.extend(value.map(|value| (name, value)));
        }
        package.insert("name".into(), Value::from(name));
        package
    }

    fn dependencies(&self, own: Table) -> Table {
        let resolved = |(name, value): (String, Value)| {
            let is_shared = value.get("workspace").and_then(Value::as_bool) == Some(true);
            let value = if is_shared {
                with(self.workspace_dependency(&name), value)
            } else {
                rooted(value, self.folder)
            };
            (name, value)
        };
        own.into_iter().map(resolved).collect()
    }

    /// A dependency of the workspace, with its path from the root of the system.
    fn workspace_dependency(&self, name: &str) -> Value {
        let dependency = match table(self.root, "dependencies").remove(name) {
            Some(Value::Table(dependency)) => dependency,
            Some(version) => Table::from_iter([("version".to_owned(), version)]),
            None => Table::new(),
        };
        rooted(Value::Table(dependency), self.clone)
    }

    fn targets(&self, own: Table) -> Table {
        let resolved = |(cfg, value): (String, Value)| {
            let of_target = value.as_table().map(|value| table(value, "dependencies")).unwrap_or_default();
            let dependencies = self.dependencies(of_target);
            (cfg, Value::Table(Table::from_iter([("dependencies".to_owned(), Value::Table(dependencies))])))
        };
        own.into_iter().map(resolved).collect()
    }
}

/// A dependency whose path, if it has one, begins at the root of the system.
fn rooted(mut dependency: Value, folder: &Path) -> Value {
    if let Some(Value::String(path)) = dependency.get_mut("path") {
        *path = folder.join(&*path).display().to_string();
    }
    dependency
}

/// The workspace's dependency with what a crate adds to it: features, whether it is optional.
fn with(shared: Value, own: Value) -> Value {
    let (Value::Table(mut shared), Value::Table(own)) = (shared, own) else {
        return Value::Table(Table::new());
    };
    for (name, value) in own {
        match (name.as_str(), shared.get_mut(&name), value) {
            ("workspace", ..) => {}
            ("features", Some(Value::Array(features)), Value::Array(more)) => features.extend(more),
            (_, _, value) => _ = shared.insert(name, value),
        }
    }
    Value::Table(shared)
}

/// The workspace's `cfg`s, and no complaint about holes.
fn lints(root: &Table) -> Table {
    let mut rust: Table = UNUSED.iter().map(|lint| ((*lint).to_owned(), Value::from("allow"))).collect();
    let cfgs = table(&table(root, "lints"), "rust").remove("unexpected_cfgs");
    rust.extend(cfgs.map(|cfgs| ("unexpected_cfgs".to_owned(), cfgs)));
    Table::from_iter([("rust".to_owned(), Value::Table(rust))])
}

fn read(file: &Path) -> Result<Table, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("reading {}: {error}", file.display()))?;
    text.parse().map_err(|error| format!("{}: {error}", file.display()))
}

fn table(within: &Table, name: &str) -> Table {
    within.get(name).and_then(Value::as_table).cloned().unwrap_or_default()
}

fn table_of(pairs: &[(&str, &str)]) -> Table {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect()
}
