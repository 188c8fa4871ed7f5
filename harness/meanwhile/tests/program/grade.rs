//! `meanwhile grade`: what a class that hands in nothing gets, and what is wrong with a command line.
//!
//! *What is deliberately missing*: builds, which take a minute. `make exercises` has them.

use std::fs;

use rstest::rstest;
use tempfile::TempDir;

use crate::support::{Ran, folder, meanwhile};

/// A class of two, of whom one has handed in a folder without sources, and one nothing.
fn class() -> TempDir {
    let class = folder();
    fs::create_dir_all(class.path().join("anna/blocking-call/src")).expect("a folder");
    fs::create_dir_all(class.path().join("bob")).expect("a folder");
    class
}

/// Grades the class; what is compiled would go into its folder, too.
fn graded(class: &TempDir, more: &[&str]) -> Ran {
    let (folder, target) = (class.path().display().to_string(), class.path().join(".target"));
    meanwhile(&[&["grade", &folder, "--target", &target.display().to_string()], more].concat())
}

#[test]
fn what_was_not_handed_in_is_a_row_and_no_error() {
    let class = class();
    let ran = graded(&class, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for line in ["anna       -        0", "bob        -        0"] {
        assert!(ran.stdout.lines().any(|other| other == line), "{}", ran.stdout);
    }
    assert!(ran.stdout.contains("blocking-call: not handed in: src/call.rs is missing"), "{}", ran.stdout);
    assert!(ran.stdout.contains("blocking-call: not handed in: there is no folder"), "{}", ran.stdout);
}

#[test]
fn all_files_are_written_beside_each_other() {
    let class = class();
    let file = |name: &str| class.path().join(name).display().to_string();
    let (json, csv, junit) = (file("grades.json"), file("grades.csv"), file("grades.xml"));
    let ran = graded(&class, &["--json", &json, "--csv", &csv, "--junit", &junit]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let text = |file: &str| fs::read_to_string(file).expect("a file that was written");
    assert_eq!(text(&csv).lines().count(), 3, "{}", text(&csv));
    let book: serde_json::Value = serde_json::from_str(&text(&json)).expect("JSON");
    assert_eq!(book["schema"], "meanwhile.grade/1");
    assert_eq!(book["students"][0]["grades"][0]["problem"]["not-submitted"], "src/call.rs is missing");
    let suites = roxmltree::Document::parse(&text(&junit)).expect("XML").descendants().count();
    assert!(suites > 2, "{}", text(&junit));
}

#[test]
fn standard_output_has_one_thing_on_it() {
    let class = class();
    let ran = graded(&class, &["--csv", "-"]);
    assert!(
        ran.stdout.starts_with("student,points,of,blocking-call,first_cause,retried\n"),
        "{}",
        ran.stdout
    );
    assert_eq!(ran.stdout.lines().count(), 3, "{}", ran.stdout);
}

#[rstest]
#[case::nothing(&["grade"], "<DIR>")]
#[case::no_folder(&["grade", "no-such-class"], "name a folder of submissions")]
#[case::unknown_exercise(&["grade", ".", "--exercise", "blocking-cal"], "did you mean blocking-call")]
#[case::program_without_exercise(&["grade", "--with", "true {url}"], "--exercise")]
#[case::program_for_two(
    &["grade", "--with", "true {url}", "--exercise", "blocking-call", "--exercise", "worker-pool"],
    "name one --exercise"
)]
#[case::unknown_placeholder(&["grade", "--with", "true {urls}", "--exercise", "blocking-call"], "{url}")]
fn a_wrong_command_line_is_an_error_with_a_cure(#[case] arguments: &[&str], #[case] cure: &str) {
    let ran = meanwhile(arguments);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains(cure), "{}", ran.stderr);
}

#[test]
fn two_reports_in_one_file_are_an_error() {
    let class = class();
    let file = class.path().join("grades").display().to_string();
    let ran = graded(&class, &["--json", &file, "--csv", &file]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("give each its own"), "{}", ran.stderr);
}
