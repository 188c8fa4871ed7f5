//! Starters in Python lose most of their points, and references lose none: for `make exercises`. Without `python3` they are skipped.
//!
//! *How it waits*: this program is its own enclosure, and measures the programs in it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use contestant::measure;
use exercises::grade::{ENCLOSURE_ARGUMENT, Enclosing, Grade, Grader, gate, inside};
use exercises::{Course, Exercise};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [ENCLOSURE_ARGUMENT, "--inside", enclosing, ref writes_in @ ..] => {
            return inside(&|| this_program(), known(enclosing), writes_in.first().map(Path::new));
        }
        [ENCLOSURE_ARGUMENT, enclosing, ref writes_in @ ..] => {
            return gate(this_program(), known(enclosing), writes_in.first().map(Path::new));
        }
        [measure::SUBCOMMAND, measure::REPORT_TO_RACE, "--", ref words @ ..] => {
            let words: Vec<_> = words.iter().map(OsString::from).collect();
            return measure::measure(&words, measure::ReportTo::Race { watch: false }).expect("a race");
        }
        _ => {}
    }
    let course = Course::open(&clone()).expect("exercises that can be read");
    let with_python = course.exercises.iter().filter(|exercise| exercise.folder.join("python").is_dir());
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(2));
    libtest_mimic::run(&arguments, with_python.flat_map(trials).collect()).exit_code()
}

fn trials(exercise: &Exercise) -> [Trial; 2] {
    let trial = |file: &str, is_right: fn(&Grade) -> bool| {
        let (name, path) = (exercise.name.clone(), exercise.folder.join("python").join(file));
        Trial::test(format!("{name}::{file}"), move || has_its_grade(&name, &path, is_right))
    };
    let passes = |grade: &Grade| grade.points == grade.of && grade.first_cause.is_none();
    let fails = |grade: &Grade| grade.points * 2 < grade.of && grade.first_cause.is_some();
    [trial("starter.py", fails), trial("reference.py", passes)]
}

fn has_its_grade(exercise: &str, file: &Path, is_right: fn(&Grade) -> bool) -> Result<(), Failed> {
    if Command::new("python3").arg("--version").stdout(Stdio::null()).status().is_err() {
        eprintln!("skipped: {} needs python3", file.display());
        return Ok(());
    }
    let course = Course::open(&clone())?;
    let grader = Grader {
        course: &course,
        exercises: vec![course.exercise(exercise)?],
        target: Path::new(env!("CARGO_TARGET_TMPDIR")).join("exercises"),
        program: &this_program,
        jobs: 1,
        build_time: Duration::ZERO,
        judge_time: Duration::from_secs(120),
    };
    let command = format!("python3 {} {{url}} {{calls}} {{in_flight}} {{timeout_ms}}", file.display());
    let book = grader.grade_program(&command, &|_| {}, &|| false)?;
    let grade = book.students.first().and_then(|student| student.grades.first()).ok_or("it has no grade")?;
    if is_right(grade) { Ok(()) } else { Err(format!("{grade:#?}").into()) }
}

fn known(enclosing: &str) -> Enclosing {
    Enclosing::named(enclosing).expect("the name of an enclosing")
}

fn this_program() -> Command {
    Command::new(std::env::current_exe().expect("this program's file"))
}

fn clone() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.ancestors().nth(2).expect("this package is in harness").into()
}
