//! `meanwhile learn check` where an exercise asks for predictions: each is compared with a run.
//!
//! *What to notice*: this is the gate of these exercises. The reference answers are all right, and each wrong answer is wrong in the
//! run as well.

use std::fs;
use std::path::Path;

use exercises::Course;
use exercises::explain::{Answer, Answers, Explanation};
use rstest::rstest;
use tempfile::TempDir;

use super::learn::{clone, learn};
use crate::support::{Ran, folder};

fn explanation(name: &str) -> Explanation {
    let course = Course::open(clone()).unwrap_or_else(|why| panic!("{why}"));
    course.explanation(name).unwrap_or_else(|| panic!("no {name}")).clone()
}

/// A student's folder with this exercise, and these answers.
fn answered(name: &str, answers: &Answers) -> TempDir {
    let folder = begun(name);
    let lines = answers.0.iter().map(|(question, answer)| match answer {
        Answer::Number(number) => format!("{question} = {number}\n"),
        Answer::Text(text) => format!("{question} = \"{text}\"\n"),
    });
    fs::write(folder.path().join(name).join("answers.toml"), lines.collect::<String>()).expect("a file");
    folder
}

fn begun(name: &str) -> TempDir {
    let folder = folder();
    let ran = learn(folder.path(), &["init", ".", name]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    folder
}

fn check(folder: &Path) -> Ran {
    learn(folder, &["check"])
}

#[rstest]
#[case("explain-pool")]
#[case("explain-two-awaits")]
#[case("explain-blocked-loop")]
#[case("explain-diamond")]
#[cfg(target_os = "linux")]
fn reference_answers_are_right_and_wrong_ones_are_wrong(#[case] name: &str) {
    let explanation = explanation(name);
    let reference = explanation.reference().expect("a reference");
    let is_right = |attempt: usize| {
        let ran = check(answered(name, &reference).path());
        eprintln!("attempt {attempt}: {}{}", ran.stdout, ran.stderr);
        ran.code == Some(0)
    };
    // A machine that is busy may be late once.
    assert!((1..=3).any(is_right), "three times");
    // All of them at once: each question has one wrong answer, and each has to be told from what is measured.
    let wrong = explanation.wrong_answers().expect("wrong answers");
    let answers = wrong.iter().map(|wrong| (wrong.question.clone(), wrong.answer.clone())).collect();
    let ran = check(answered(name, &Answers(answers)).path());
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains(&format!("0 of {} predictions were right", wrong.len())), "{}", ran.stdout);
}

#[test]
fn a_question_without_an_answer_is_named_before_anything_runs() {
    let ran = check(begun("explain-pool").path());
    assert_eq!(ran.code, Some(2), "{}", ran.stdout);
    assert!(ran.stderr.contains("wall has no answer yet"), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
}

#[rstest]
#[case("wall = \"soon\"", "wall is answered with a number")]
#[case("wall 3", "write NAME = NUMBER")]
fn what_is_no_answer_is_one_line_with_its_cure(#[case] text: &str, #[case] says: &str) {
    let folder = begun("explain-pool");
    fs::write(folder.path().join("explain-pool/answers.toml"), text).expect("a file");
    let ran = check(folder.path());
    assert_eq!(ran.code, Some(2), "{}", ran.stdout);
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
}

#[test]
fn a_reset_keeps_the_answers_and_asks_again() {
    let folder = begun("explain-pool");
    fs::write(folder.path().join("explain-pool/answers.toml"), "wall = 3").expect("a file");
    assert_eq!(learn(folder.path(), &["reset"]).code, Some(0));
    let text = |path: &str| fs::read_to_string(folder.path().join(path)).expect("a file");
    assert_eq!(text("explain-pool.before-reset-1/answers.toml"), "wall = 3");
    assert!(text("explain-pool/answers.toml").contains("# wall ="));
}
