//! A package has what the exercise says, whatever its student has changed.

use std::fs;
use std::path::{Path, PathBuf};

use exercises::{Course, Package};
use tempfile::tempdir;

fn clone() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.ancestors().nth(2).expect("this package is in harness").into()
}

#[test]
fn a_subject_is_written_as_the_exercise_has_it() {
    let course = Course::open(&clone()).unwrap_or_else(|why| panic!("{why}"));
    let with_subject = course.exercises.iter().find(|exercise| exercise.facts.subject.is_some());
    let exercise = with_subject.expect("an exercise with a subject");
    let folder = tempdir().expect("a folder");
    let subject = folder.path().join("subject.rs");
    fs::write(&subject, "// all requirements hold").expect("a file that can be written");
    Package::write_around(folder.path(), exercise, &clone()).unwrap_or_else(|why| panic!("{why}"));
    let written = fs::read_to_string(&subject).expect("the subject");
    assert_eq!(Some(written), exercise.subject().unwrap_or_else(|why| panic!("{why}")));
    let main = fs::read_to_string(folder.path().join("src/main.rs")).expect("the main file");
    assert!(main.contains("#[path = \"../subject.rs\"]\nmod subject;"), "{main}");
}

#[test]
fn a_subject_that_is_not_there_is_an_error_with_its_cure() {
    let course = Course::open(&clone()).unwrap_or_else(|why| panic!("{why}"));
    let mut exercise = course.exercises.first().expect("an exercise").clone();
    exercise.facts.subject = Some("nowhere.rs".into());
    let folder = tempdir().expect("a folder");
    let why = Package::write_around(folder.path(), &exercise, &clone()).expect_err("no subject");
    assert!(why.contains("nowhere.rs") && why.contains("exercises/README.md"), "{why}");
}

#[test]
fn a_main_file_has_a_module_only_for_a_subject() {
    let course = Course::open(&clone()).unwrap_or_else(|why| panic!("{why}"));
    let without = course.exercises.iter().find(|exercise| exercise.facts.subject.is_none());
    let folder = tempdir().expect("a folder");
    let exercise = without.expect("an exercise without a subject");
    Package::write_around(folder.path(), exercise, &clone()).unwrap_or_else(|why| panic!("{why}"));
    let main = fs::read_to_string(folder.path().join("src/main.rs")).expect("the main file");
    assert!(!main.contains("mod "), "{main}");
}
