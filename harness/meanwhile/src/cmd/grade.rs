//! `meanwhile grade`: what a class has handed in, built and judged, a row for each student.
//!
//! *How it waits*: for enclosures, several at a time, in each of which one exercise of one student is built or judged. Ctrl-C ends
//! them, and what was graded so far is shown and written.
//!
//! *What is deliberately missing*: how a submission is judged. That is the package `exercises`.

mod board;
mod junit;
mod sheet;
mod table;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::thread::available_parallelism;
use std::time::Duration;

use clap::Args;
use conformance::WORKER_ARGUMENT;
use contestant::{Program, interrupt, this_program};
use exercises::grade::{Enclosing, Gradebook, Grader, Progress, Submission, gate, inside, submissions};
use exercises::{Course, Exercise};

use self::board::Board;
use super::learn::place::anywhere;
use crate::results_file::ResultsFile;
use crate::{Error, screen, text};

/// How long a build may take, beside builds of other students that it waits for.
const BUILD_TIME: Duration = Duration::from_secs(180);

/// What to grade, and where the grades go.
#[derive(Args, Debug)]
pub(super) struct GradeArgs {
    /// Folders of students as `learn init` makes them, folders of such folders, or files with a folder on each line
    #[arg(value_name = "DIR", required_unless_present = "with")]
    submissions: Vec<PathBuf>,
    /// Grade a program in any language instead, for the one exercise that is named: 'COMMAND {url} {calls} {in_flight} {timeout_ms}'
    #[arg(long, value_name = "COMMAND", conflicts_with = "submissions", requires = "exercises", value_parser = command)]
    with: Option<String>,
    /// Grade this exercise; may be given several times [default: all that a student has begun]
    #[arg(long = "exercise", value_name = "NAME")]
    exercises: Vec<String>,
    /// Write all grades, requirement by requirement, as JSON to this file; - is standard output, with nothing else on it then
    #[arg(long, value_name = "FILE")]
    json: Option<String>,
    /// Write a row for each student as CSV to this file; - is standard output, with nothing else on it then
    #[arg(long, value_name = "FILE")]
    csv: Option<String>,
    /// Write a case for each requirement as JUnit XML to this file; - is standard output, with nothing else on it then
    #[arg(long, value_name = "FILE")]
    junit: Option<String>,
    /// How many exercises are judged at the same time [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = text::workers)]
    jobs: Option<NonZeroUsize>,
    /// How long the requirements of one exercise of one student may take
    #[arg(long, value_name = "DURATION", default_value = "3m", value_parser = text::duration)]
    time: Duration,
    /// Where submissions are compiled; kept for the next time [default: target/grade in the clone]
    #[arg(long, value_name = "DIR")]
    target: Option<PathBuf>,
}

/// Which enclosure to be a process of.
#[derive(Args, Debug)]
pub(super) struct EnclosureArgs {
    /// Be the first process in it
    #[arg(long)]
    inside: bool,
    /// How far it is closed
    #[arg(value_parser = enclosing)]
    enclosing: Enclosing,
    /// The only folder in which it can write files
    writes_in: Option<PathBuf>,
}

/// Grades submissions; success whatever the grades are.
///
/// # Errors
/// A folder or an exercise does not exist, the clone cannot be built, a file cannot be written, or an interrupt.
pub(super) fn grade(args: &GradeArgs) -> Result<ExitCode, Error> {
    interrupt::listen()?;
    let (_, course) = anywhere()?;
    let submissions = match args.with {
        Some(_) => Vec::new(),
        None => submissions(&args.submissions, &course.exercises).map_err(Error::Usage)?,
    };
    let exercises = chosen(args, &course, &submissions)?;
    let files = Files::open(args)?;
    let this = this_program().map_err(|error| Error::broken("finding this program's file", error))?;
    let cores = available_parallelism().map_or(1, NonZeroUsize::get);
    let grader = Grader {
        course: &course,
        exercises,
        target: target(args, &course)?,
        program: &|| Command::new(&this),
        jobs: args.jobs.map_or(cores, NonZeroUsize::get),
        build_time: BUILD_TIME,
        judge_time: args.time,
    };
    let units = submissions.len().max(1) * grader.exercises.len();
    let board = Board::new(units);
    let (on, stop) = (|progress: Progress<'_>| board.on(progress), || interrupt::check().is_err());
    let graded = match &args.with {
        Some(command) => grader.grade_program(command, &on, &stop),
        None => grader.grade(&submissions, &on, &stop),
    };
    drop(board);
    let book = graded.map_err(Error::Broken)?;
    let shown = show(args, &book);
    files.write(&book)?;
    shown?;
    let graded: usize = book.students.iter().map(|student| student.grades.len()).sum();
    if interrupt::check().is_err() {
        return Err(Error::Cancelled(format!("interrupted: {graded} of {units} exercises were graded")));
    }
    Ok(ExitCode::SUCCESS)
}

/// Is one of the processes of an enclosure.
pub(super) fn enclosure(args: &EnclosureArgs) -> Result<ExitCode, Error> {
    let this = this_program().map_err(|error| Error::broken("finding this program's file", error))?;
    if !args.inside {
        return Ok(gate(Command::new(this), args.enclosing, args.writes_in.as_deref()));
    }
    let worker = || {
        let mut command = Command::new(&this);
        command.arg(WORKER_ARGUMENT);
        command
    };
    Ok(inside(&worker, args.enclosing, args.writes_in.as_deref()))
}

/// A command with placeholders that exist.
fn command(text: &str) -> Result<String, String> {
    format!("program={text}").parse::<Program>().map(|_| text.into())
}

fn enclosing(name: &str) -> Result<Enclosing, String> {
    Enclosing::named(name).ok_or_else(|| "this is for meanwhile grade".into())
}

/// Those that were asked for; else those that a student has begun.
fn chosen<'course>(
    args: &GradeArgs,
    course: &'course Course,
    submissions: &[Submission],
) -> Result<Vec<&'course Exercise>, Error> {
    for name in &args.exercises {
        course.exercise(name).map_err(Error::Usage)?;
    }
    let is_asked_for = |exercise: &&Exercise| match args.exercises.is_empty() {
        true => submissions.iter().any(|submission| submission.has(exercise)),
        false => args.exercises.contains(&exercise.name),
    };
    let chosen: Vec<_> = course.exercises.iter().filter(is_asked_for).collect();
    if args.with.is_some() && chosen.len() != 1 {
        return Err(Error::Usage("--with grades one program for one exercise: name one --exercise".into()));
    }
    if chosen.is_empty() {
        let cure = "name folders that meanwhile learn init has made, or an exercise with --exercise";
        return Err(Error::Usage(format!("no submission has a folder of an exercise: {cure}")));
    }
    match chosen.iter().find(|exercise| !exercise.runs_here()) {
        Some(other) => {
            Err(Error::Usage(format!("{} is for Linux alone: grade the others with --exercise", other.name)))
        }
        None => Ok(chosen),
    }
}

fn target(args: &GradeArgs, course: &Course) -> Result<PathBuf, Error> {
    let own =
        || std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| course.clone.join("target"), PathBuf::from);
    let target = args.target.clone().unwrap_or_else(|| own().join("grade"));
    std::path::absolute(&target).map_err(|error| Error::broken("finding the current folder", error))
}

/// What is shown where no file takes standard output.
fn show(args: &GradeArgs, book: &Gradebook) -> Result<(), Error> {
    if let Some(open) = book.enclosing.open() {
        eprintln!("meanwhile: {open}");
    }
    let takes_it = |file: &Option<String>| file.as_deref() == Some("-");
    if [&args.json, &args.csv, &args.junit].into_iter().any(takes_it) {
        return Ok(());
    }
    text::say(&table::table(book, screen::width().unwrap_or(table::PIPED_WIDTH)))
}

/// The files that the grades go to.
struct Files {
    json: Option<ResultsFile>,
    csv: Option<ResultsFile>,
    junit: Option<ResultsFile>,
}

impl Files {
    fn open(args: &GradeArgs) -> Result<Self, Error> {
        let open = |file: &Option<String>| file.as_deref().map(ResultsFile::open).transpose();
        let files = Self { json: open(&args.json)?, csv: open(&args.csv)?, junit: open(&args.junit)? };
        let all: Vec<_> = [&files.json, &files.csv, &files.junit].into_iter().flatten().collect();
        let is_twice = (0..all.len()).any(|at| all[..at].iter().any(|other| other.is_same_as(all[at])));
        if is_twice {
            return Err(Error::Usage(
                "two of --json, --csv and --junit want the same file: give each its own".into(),
            ));
        }
        Ok(files)
    }

    /// One that cannot be written does not keep the others from being written.
    fn write(self, book: &Gradebook) -> Result<(), Error> {
        let json = self.json.map_or(Ok(()), |file| {
            file.write(|out| {
                serde_json::to_writer_pretty(&mut *out, book)?;
                writeln!(out)
            })
        });
        let csv = self.csv.map_or(Ok(()), |file| file.write(|out| sheet::write(book, out)));
        let junit =
            self.junit.map_or(Ok(()), |file| file.write(|out| out.write_all(junit::junit(book).as_bytes())));
        json.and(csv).and(junit)
    }
}

#[cfg(test)]
#[path = "grade/reports_tests.rs"]
mod reports_tests;
