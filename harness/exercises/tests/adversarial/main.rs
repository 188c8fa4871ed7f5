//! Submissions that loop, flood, fork, lie and leave get the grade that they deserve, and in time; the next student's is untouched:
//! for `make exercises`.
//!
//! *How it waits*: all of them are one class, graded once; a test looks at the row of one. This program is its own enclosure and
//! its own worker.

mod tricks;

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use conformance::WORKER_ARGUMENT;
use exercises::grade::{ENCLOSURE_ARGUMENT, Enclosing, Grade, Gradebook, Grader, Submission, gate, inside};
use exercises::{Course, Sources};
use libtest_mimic::{Arguments, Failed, Trial};

use tricks::{Expected, TRICKS, Trick};

/// The exercise that all of them hand in.
const EXERCISE: &str = "blocking-call";
/// How long a build may take here, and a judgement: both are far off for those that end by themselves.
const BUILD_TIME: Duration = Duration::from_secs(60);
const JUDGE_TIME: Duration = Duration::from_secs(90);

/// What became of the class.
static GRADED: LazyLock<Class> = LazyLock::new(Class::graded);

struct Class {
    book: Gradebook,
    /// Where it was compiled.
    target: PathBuf,
    took: Duration,
    /// Whether a submission has reached a server outside.
    reached: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [WORKER_ARGUMENT] => return conformance::worker_outside(),
        [ENCLOSURE_ARGUMENT, "--inside", enclosing, ref writes_in @ ..] => {
            return inside(
                &|| this_program(&[WORKER_ARGUMENT]),
                known(enclosing),
                writes_in.first().map(Path::new),
            );
        }
        [ENCLOSURE_ARGUMENT, enclosing, ref writes_in @ ..] => {
            return gate(this_program(&[]), known(enclosing), writes_in.first().map(Path::new));
        }
        _ => {}
    }
    let mut trials: Vec<_> =
        TRICKS.iter().map(|trick| Trial::test(trick.name, move || has_its_grade(trick))).collect();
    trials.push(Trial::test("no_submission_reaches_what_listens_outside", nothing_outside_was_reached));
    trials.push(Trial::test("the_class_is_graded_in_time", graded_in_time));
    trials.push(Trial::test("a_reference_has_every_point_of_every_exercise", references_have_all_points));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn known(enclosing: &str) -> Enclosing {
    Enclosing::named(enclosing).expect("the name of an enclosing")
}

fn this_program(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program's file"));
    command.args(arguments);
    command
}

fn has_its_grade(trick: &Trick) -> Result<(), Failed> {
    let student = GRADED.book.students.iter().find(|student| student.student == trick.name);
    let Some(Grade { points, of, first_cause, .. }) = student.and_then(|student| student.grades.first())
    else {
        return Err("it has no grade".into());
    };
    let cause = first_cause.as_deref().unwrap_or_default();
    let is_right = match trick.grade {
        Expected::All => points == of && cause.is_empty(),
        Expected::NotAll(words) => points < of && cause.contains(words),
        // Some requirements ask for no call, or for none that is answered.
        Expected::None(words) => *points <= of / 3 && !cause.is_empty() && cause.contains(words),
    };
    if is_right { Ok(()) } else { Err(format!("{points} of {of} points: {cause}").into()) }
}

fn nothing_outside_was_reached() -> Result<(), Failed> {
    match GRADED.book.enclosing {
        Enclosing::Whole | Enclosing::Network if GRADED.reached => Err("a submission has reached it".into()),
        Enclosing::Whole | Enclosing::Network => Ok(()),
        Enclosing::Group => {
            eprintln!("this system allows no network namespace: submissions are not kept from the network");
            Ok(())
        }
    }
}

/// What a student's program can do in an enclosure is enough for every requirement.
fn references_have_all_points() -> Result<(), Failed> {
    let course = Course::open(&clone())?;
    let folder = tempfile::tempdir()?;
    let exercises: Vec<_> = course.exercises.iter().filter(|exercise| exercise.runs_here()).collect();
    for exercise in &exercises {
        course.reference(exercise)?.write(&folder.path().join(&exercise.name))?;
    }
    // After the other class: the two would have the cores at the same time.
    let target = LazyLock::force(&GRADED).target.clone();
    let grader = Grader { exercises, ..grader(&course, target) };
    let submission = Submission { student: "reference".into(), folder: folder.path().into() };
    let book = grader.grade(&[submission], &|_| {}, &|| false)?;
    let causes: Vec<_> = book.students.iter().filter_map(|student| student.first_cause()).collect();
    if causes.is_empty() { Ok(()) } else { Err(format!("{causes:?}").into()) }
}

/// Two at a time, of which most end by themselves.
fn graded_in_time() -> Result<(), Failed> {
    let limit = (BUILD_TIME + JUDGE_TIME) * u32::try_from(TRICKS.len()).unwrap_or(1) / 2;
    if GRADED.took < limit { Ok(()) } else { Err(format!("it took {:?}", GRADED.took).into()) }
}

impl Class {
    fn graded() -> Self {
        let course = Course::open(&clone()).expect("exercises that can be read");
        let exercise = course.exercise(EXERCISE).expect("an exercise");
        let reference = course.reference(exercise).expect("its reference");
        let folder = tempfile::tempdir().expect("a folder");
        let outside = TcpListener::bind("127.0.0.1:0").expect("a port");
        outside.set_nonblocking(true).expect("a listener that does not block");
        let port = outside.local_addr().expect("an address").port();
        let hand_in = |trick: &Trick| handed_in(trick, &reference, folder.path(), port);
        let submissions: Vec<_> = TRICKS.iter().map(hand_in).collect();
        let before = contents(folder.path());
        // What exercises depend on is compiled there by the other gate.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("exercises");
        let grader = Grader { exercises: vec![exercise], ..grader(&course, target.clone()) };
        let started = Instant::now();
        let book = grader.grade(&submissions, &|_| {}, &|| false).expect("grades");
        let reached = !matches!(outside.accept(), Err(error) if error.kind() == ErrorKind::WouldBlock);
        let is_kept = book.enclosing != Enclosing::Whole || contents(folder.path()) == before;
        assert!(is_kept, "something was written into what was handed in");
        Self { book, target, took: started.elapsed(), reached }
    }
}

/// For no exercise yet.
fn grader(course: &Course, target: PathBuf) -> Grader<'_> {
    Grader {
        course,
        exercises: Vec::new(),
        target,
        program: &|| this_program(&[]),
        jobs: 2,
        build_time: BUILD_TIME,
        judge_time: JUDGE_TIME,
    }
}

/// Writes the folder of a student.
fn handed_in(trick: &Trick, reference: &Sources, class: &Path, port: u16) -> Submission {
    let folder = class.join(trick.name);
    let own = folder.join(EXERCISE);
    for (path, text) in reference.files() {
        let mut text = text.to_owned();
        for change in trick.changes.iter().filter(|change| change.file == path) {
            assert_eq!(
                text.matches(change.find).count(),
                1,
                "{}: {} is in {path} once",
                trick.name,
                change.find
            );
            let code = change.replace.replace("OUTSIDE", &port.to_string());
            let code = code.replace("CLASS", &class.display().to_string());
            text = text.replace(change.find, &code.replace("GRADER", &std::process::id().to_string()));
        }
        write(&own.join(path), &text);
    }
    trick.files.iter().for_each(|(path, text)| write(&own.join(path), text));
    Submission { student: trick.name.into(), folder }
}

fn write(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder that can be made");
    fs::write(file, text).expect("a file that can be written");
}

/// Every file below a folder, with its text.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            let text = fs::read(&path).expect("a file");
            found.push((path, text));
        }
    }
    found.sort();
    found
}

fn clone() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.ancestors().nth(2).expect("this package is in harness").into()
}
