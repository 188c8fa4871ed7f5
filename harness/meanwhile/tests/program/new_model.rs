//! `meanwhile new-model` writes all files of a model, or none.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{MEANWHILE, Ran, folder};
use rstest::rstest;
use tempfile::TempDir;

/// What the command reads and adds lines to.
const READ: [&str; 5] = [
    "Cargo.lock",
    "README.md",
    "docs/src/SUMMARY.md",
    "harness/meanwhile/Cargo.toml",
    "harness/meanwhile/src/models/list.rs",
];

/// What it writes.
const WRITTEN: [&str; 4] = [
    "crates/my-model/Cargo.toml",
    "crates/my-model/src/lib.rs",
    "crates/my-model/tests/model.rs",
    "docs/src/models/my-model.md",
];

/// A copy of as much of the checkout as the command needs.
fn checkout() -> TempDir {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("this package is in harness");
    let copy = folder();
    for path in READ {
        let to = copy.path().join(path);
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::copy(root.join(path), to).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
    copy
}

fn new_model(folder: &Path, name: &str) -> Ran {
    let mut command = Command::new(MEANWHILE);
    command.args(["new-model", name]).current_dir(folder).output().expect("the program starts").into()
}

/// All files, as they are.
fn contents(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            found.push((path.display().to_string(), fs::read_to_string(&path).expect("text")));
        }
    }
    found.sort();
    found
}

fn file(checkout: &TempDir, path: &str) -> String {
    fs::read_to_string(checkout.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn every_file_is_there_and_every_place_names_the_model() {
    let checkout = checkout();
    fs::create_dir_all(checkout.path().join("crates")).expect("a folder");
    let ran = new_model(&checkout.path().join("crates"), "my-model");
    assert_eq!((ran.stderr.as_str(), ran.code), ("", Some(0)));
    for path in WRITTEN {
        let text = file(&checkout, path);
        assert!(ran.stdout.contains(path) && text.contains("my-model"), "{path}: {}", ran.stdout);
        assert!(
            ["NAME", "TYPE", "IDENTIFIER"].iter().all(|placeholder| !text.contains(placeholder)),
            "{text}"
        );
    }
    for (path, line) in [
        ("README.md", "| [`crates/my-model`](crates/my-model) |\n<!-- end of ladder -->"),
        ("docs/src/SUMMARY.md", "- [my-model](models/my-model.md)\n\n# The race"),
        ("harness/meanwhile/Cargo.toml", "my-model = { path = \"../../crates/my-model\" }\n\n#"),
        ("harness/meanwhile/src/models/list.rs", "boxed(my_model::MyModel::new()),\n    },\n];\n"),
    ] {
        assert!(file(&checkout, path).contains(line), "{path} lacks {line}");
    }
}

/// An entry that lacks a new field would not compile.
#[test]
fn the_new_entry_has_the_fields_of_all_others() {
    let checkout = checkout();
    new_model(checkout.path(), "my-model");
    let list = file(&checkout, READ[4]);
    let fields = |entry: &str| -> Vec<String> {
        let lines = entry.lines().filter_map(|line| line.strip_prefix("        ")?.split_once(": "));
        lines.map(|(field, _)| field.to_owned()).collect()
    };
    let entries: Vec<_> = list.split("    Entry {\n").skip(1).map(fields).collect();
    assert_eq!(entries.first(), entries.last());
    assert!(entries.len() > 10 && entries[0].len() > 5, "{entries:?}");
}

#[rstest]
fn what_is_written_is_formatted(#[values("a", "my-model", "z-model-with-a-long-name")] name: &str) {
    let checkout = checkout();
    new_model(checkout.path(), name);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("this package is in harness");
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--check", "--edition=2024", "--config-path"]).arg(root);
    rustfmt.args([WRITTEN[1], WRITTEN[2]].map(|path| path.replace("my-model", name)));
    rustfmt.current_dir(checkout.path());
    match rustfmt.output().map(Ran::from) {
        Ok(ran) => assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr),
        Err(error) => eprintln!("skipped: this needs rustfmt: {error}"),
    }
}

#[rstest]
#[case::a_model("serial", "the model serial is there already")]
#[case::another_crate("tokio", "is the name of another crate")]
#[case::a_keyword("loop", "means something in Rust")]
#[case::capitals("MyModel", "such as my-model")]
#[case::an_underscore("my_model", "single dashes")]
#[case::a_path("../up", "such as my-model")]
#[case::a_long_name("a-model-with-25-characters", "at most 24")]
#[case::a_digit_first("2nd-model", "such as my-model")]
#[case::no_name("", "such as my-model")]
fn a_name_that_cannot_be_is_wrong_usage_and_changes_nothing(#[case] name: &str, #[case] cure: &str) {
    let checkout = checkout();
    let before = contents(checkout.path());
    let ran = new_model(checkout.path(), name);
    assert!(ran.stderr.contains(cure) && ran.stderr.lines().count() == 1, "{}", ran.stderr);
    assert_eq!((ran.stdout.as_str(), ran.code), ("", Some(2)));
    assert_eq!(contents(checkout.path()), before);
}

#[test]
fn a_model_that_is_there_is_left_alone() {
    let checkout = checkout();
    new_model(checkout.path(), "my-model");
    let before = contents(checkout.path());
    let ran = new_model(checkout.path(), "my-model");
    assert!(ran.stderr.contains("is there already"), "{}", ran.stderr);
    assert_eq!((ran.code, contents(checkout.path())), (Some(2), before));
}

#[test]
fn a_checkout_that_looks_otherwise_is_told_and_left_alone() {
    let checkout = checkout();
    fs::write(checkout.path().join("docs/src/SUMMARY.md"), "# Summary\n").expect("written");
    let before = contents(checkout.path());
    let ran = new_model(checkout.path(), "my-model");
    assert!(ran.stderr.contains("write its line by hand, as CONTRIBUTING.md says"), "{}", ran.stderr);
    assert_eq!((ran.code, contents(checkout.path())), (Some(1), before));
}

/// A folder where the manifest has to be stands for a file system that refuses; unlike permissions it also stops root.
#[test]
fn a_checkout_that_cannot_be_written_becomes_what_it_was() {
    let checkout = checkout();
    fs::write(checkout.path().join("docs/src/models"), "not a folder").expect("written");
    let before = contents(checkout.path());
    let ran = new_model(checkout.path(), "my-model");
    assert!(
        ran.stderr.contains("docs/src/models/my-model.md") && ran.stderr.lines().count() == 1,
        "{}",
        ran.stderr
    );
    assert_eq!((ran.code, contents(checkout.path())), (Some(1), before));
    assert!(!checkout.path().join("crates").exists());
}

#[test]
fn outside_of_a_checkout_it_says_where_to_run_it() {
    let folder = folder();
    let ran = new_model(folder.path(), "my-model");
    assert!(ran.stderr.contains("run this where its Cargo.toml is"), "{}", ran.stderr);
    assert_eq!(ran.code, Some(2));
}
