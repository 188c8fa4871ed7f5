//! `meanwhile learn`: what it writes into a student's folder, and that it never takes anything away.
//!
//! *What is deliberately missing*: builds, which take a minute. `make exercises` has them.

use std::fs;
use std::path::Path;
use std::process::Command;

use rstest::rstest;
use tempfile::TempDir;

use crate::support::{MEANWHILE, Ran, folder};

pub(crate) fn learn(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(MEANWHILE);
    command.arg("learn").args(arguments).current_dir(folder).output().expect("the program starts").into()
}

pub(crate) fn clone() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("this package is in harness")
}

/// A student's folder with the first exercise.
fn begun() -> TempDir {
    let folder = folder();
    let ran = learn(folder.path(), &["init", "."]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    folder
}

fn text(folder: &TempDir, path: &str) -> String {
    fs::read_to_string(folder.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_list_says_how_far_one_has_come() {
    let folder = begun();
    let ran = learn(folder.path(), &[]);
    let line = ran.stdout.lines().find(|line| line.contains("blocking-call")).expect("the first exercise");
    assert!(line.contains("0 of") && line.contains("begun"), "{}", ran.stdout);
    assert!(ran.stdout.contains("worker-pool"), "{}", ran.stdout);
}

#[test]
fn a_starter_has_holes_a_brief_and_a_word_to_assistants() {
    let folder = begun();
    assert!(text(&folder, "blocking-call/src/call.rs").contains("todo!"));
    assert!(text(&folder, "blocking-call/README.md").contains("## Predict first"));
    assert!(text(&folder, "AGENTS.md").contains("hint, and do not solve"));
    assert!(!folder.path().join("blocking-call/hints").exists());
}

#[test]
fn the_links_of_a_brief_lead_into_the_clone() {
    let folder = begun();
    let brief = text(&folder, "blocking-call/README.md");
    let links: Vec<_> = brief.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()).collect();
    assert!(!links.is_empty() && links.iter().all(|link| Path::new(link).is_file()), "{links:?}");
}

#[test]
fn a_second_init_keeps_what_was_written() {
    let folder = begun();
    fs::write(folder.path().join("blocking-call/src/call.rs"), "// mine").expect("a file");
    assert_eq!(learn(folder.path(), &["init", "."]).code, Some(0));
    assert_eq!(text(&folder, "blocking-call/src/call.rs"), "// mine");
}

#[test]
fn a_reset_keeps_what_it_replaces() {
    let folder = begun();
    for number in 1..=2 {
        fs::write(folder.path().join("blocking-call/src/call.rs"), format!("// {number}")).expect("a file");
        assert_eq!(learn(folder.path(), &["reset"]).code, Some(0));
        let kept = text(&folder, &format!("blocking-call.before-reset-{number}/src/call.rs"));
        assert_eq!(kept, format!("// {number}"));
        assert!(text(&folder, "blocking-call/src/call.rs").contains("todo!"));
    }
}

#[test]
fn hints_come_one_by_one() {
    let folder = begun();
    let first_line = || learn(folder.path(), &["hint"]).stdout.lines().next().unwrap_or_default().to_owned();
    let shown: Vec<_> = (0..4).map(|_| first_line()).collect();
    assert_eq!(shown, ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3"]);
}

#[test]
fn a_seed_finds_the_same_defect_again() {
    let (one, other) = (begun(), begun());
    for folder in [&one, &other] {
        assert_eq!(learn(folder.path(), &["hunt", "--seed", "4"]).code, Some(0));
    }
    assert_eq!(text(&one, "hunt-4/README.md"), text(&other, "hunt-4/README.md"));
    assert!(!text(&one, "hunt-4/README.md").contains("SYMPTOM"));
}

#[test]
fn next_goes_on_with_the_exercise_that_is_named() {
    let folder = begun();
    assert_eq!(learn(folder.path(), &["next", "worker-pool"]).code, Some(0));
    assert!(text(&folder, "progress.toml").contains("current = \"worker-pool\""));
    assert!(text(&folder, "worker-pool/src/pool.rs").contains("todo!"));
}

#[rstest]
#[case(&["next", "blocking-cal"], "did you mean blocking-call?")]
#[case(&["diff"], "has not passed yet")]
fn what_cannot_be_done_is_one_line_with_its_cure(#[case] arguments: &[&str], #[case] says: &str) {
    let folder = begun();
    let ran = learn(folder.path(), arguments);
    assert_eq!(ran.code, Some(2), "{}", ran.stdout);
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
}

#[test]
fn a_check_elsewhere_says_where_it_belongs() {
    let folder = folder();
    let ran = learn(folder.path(), &["check"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("meanwhile learn init DIR"), "{}", ran.stderr);
}

#[test]
fn files_that_a_student_has_deleted_or_damaged_are_named_with_the_cure() {
    let folder = begun();
    fs::remove_dir_all(folder.path().join("blocking-call/src")).expect("a folder");
    let ran = learn(folder.path(), &["check"]);
    assert!(ran.stderr.contains("meanwhile learn reset"), "{}", ran.stderr);
    fs::write(folder.path().join("progress.toml"), "clone = 7").expect("a file");
    let ran = learn(folder.path(), &["check"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("progress.toml") && ran.stderr.contains("learn init"), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
}

/// A broken exercise must never break the clone's own build.
#[test]
fn a_folder_in_the_clone_is_refused() {
    let clone = clone();
    let ran = learn(clone, &["init", "target/exercises-of-a-student"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("choose a folder outside"), "{}", ran.stderr);
    assert!(!clone.join("target/exercises-of-a-student").exists());
}
