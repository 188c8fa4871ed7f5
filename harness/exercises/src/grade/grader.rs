//! What grades a class, or one program: what it needs, where it works, and what it makes ready.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use tempfile::TempDir;

use super::enclosure::{self, Here};
use super::grades::{Grade, Gradebook, Student};
use super::grading::{Grading, Ready};
use super::submission::Submission;
use crate::build::{build, first_error};
use crate::{Course, Exercise, Package};

/// What grades a class.
pub struct Grader<'a> {
    /// Where the exercises are.
    pub course: &'a Course,
    /// Those to grade.
    pub exercises: Vec<&'a Exercise>,
    /// Where everything is compiled, for all students and for the next grading.
    pub target: PathBuf,
    /// Makes the command that starts this program again.
    pub program: &'a (dyn Fn() -> Command + Sync),
    /// How many are built or judged at the same time.
    pub jobs: usize,
    /// How long a build may take.
    pub build_time: Duration,
    /// How long the requirements of one exercise may take.
    pub judge_time: Duration,
}

/// What happens while a class is graded.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// The reference of this exercise is built, with all that it depends on.
    Shares(&'a str),
    /// This exercise of this student is built.
    Builds(&'a str, &'a str),
    /// This exercise of this student is judged; this many of its requirements have their verdict.
    Judges(&'a str, &'a str, usize, usize),
    /// This exercise of this student has its grade.
    Graded(&'a str, &'a Grade),
}

/// What looks on.
pub type On<'a> = &'a (dyn Fn(Progress<'_>) + Sync);
/// Whether to stop.
pub type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

impl Grader<'_> {
    /// The grades of these submissions; those that were reached, if it was asked to stop.
    ///
    /// # Errors
    /// A reference cannot be built, or this system allows no enclosure at all.
    pub fn grade(&self, submissions: &[Submission], on: On<'_>, stop: Stop<'_>) -> Result<Gradebook, String> {
        fs::create_dir_all(self.scratch()).map_err(|error| {
            format!("making {}: {error}: name another folder with --target", self.scratch().display())
        })?;
        let here = self.folder()?;
        let enclosing = enclosure::most(self.program, Here::only(here.path()))?;
        let ready = self.exercises.iter().map(|exercise| self.ready(exercise, submissions, on, stop));
        let ready: Vec<_> = ready.collect::<Result<_, _>>()?;
        let grading = Grading { grader: self, enclosing, building: Mutex::new(()), on, stop };
        let students = grading.all(submissions, &ready);
        let columns = self.exercises.iter().map(|exercise| (*exercise).into()).collect();
        Ok(Gradebook::new(enclosing, columns, students))
    }

    /// The grade of a program in any language, which this command starts in the current folder, for the first exercise.
    ///
    /// # Errors
    /// The exercise grades no programs, or this system allows no enclosure at all.
    pub fn grade_program(&self, command: &str, on: On<'_>, stop: Stop<'_>) -> Result<Gradebook, String> {
        let exercise = self.exercises.first().ok_or("name an exercise")?.of_programs();
        if exercise.requirements.is_empty() {
            let cure = "its mechanism is the crate's own; choose another one";
            return Err(format!("{} grades no programs: {cure}", exercise.name));
        }
        fs::create_dir_all(self.scratch()).map_err(|error| {
            format!("making {}: {error}: name another folder with --target", self.scratch().display())
        })?;
        let temporary = self.folder()?;
        let folder =
            std::env::current_dir().map_err(|error| format!("finding the current folder: {error}"))?;
        let here = Here { folder: &folder, ..Here::only(temporary.path()) };
        let enclosing = enclosure::most(self.program, here)?;
        let grading = Grading { grader: self, enclosing, building: Mutex::new(()), on, stop };
        let grades = grading.program(&exercise, command, here).ok();
        let student = Student::with("program", grades.into_iter().collect());
        Ok(Gradebook::new(enclosing, vec![(&exercise).into()], vec![student]))
    }

    /// Builds the reference once: what it depends on is compiled then, and without a student's limits. Nothing is
    /// built for a class that has handed in nothing.
    fn ready<'a>(
        &self,
        exercise: &'a Exercise,
        submissions: &[Submission],
        on: On<'_>,
        stop: Stop<'_>,
    ) -> Result<Ready<'a>, String> {
        let reference = self.course.reference(exercise)?;
        let is_built = submissions.iter().any(|submission| submission.sources(exercise, &reference).is_ok());
        if is_built && !stop() {
            on(Progress::Shares(&exercise.name));
            let _lock = lock(&self.target)?;
            let folder = self.package(exercise);
            Package::write(&folder, exercise, &self.course.clone, &reference)?;
            build(&folder, &self.compiled(), false).map_err(|why| {
                let cure = "build the clone once with cargo build, with a network";
                format!("the reference of {} cannot be built: {}: {cure}", exercise.name, first_error(&why))
            })?;
        }
        Ok(Ready { exercise, reference })
    }

    pub(super) fn package(&self, exercise: &Exercise) -> PathBuf {
        self.target.join("packages").join(&exercise.name)
    }

    pub(super) fn compiled(&self) -> PathBuf {
        self.target.join("target")
    }

    fn scratch(&self) -> PathBuf {
        self.target.join("scratch")
    }

    /// For what belongs to one exercise of one student. Beside what is compiled: from there programs can be started.
    pub(super) fn folder(&self) -> Result<TempDir, String> {
        tempfile::tempdir_in(self.scratch()).map_err(|error| {
            format!("making a folder in {}: {error}: name another with --target", self.scratch().display())
        })
    }
}

/// Held while something is built, also by another grader that shares the folder.
pub(super) fn lock(target: &Path) -> Result<fs::File, String> {
    let file = target.join("lock");
    let failed = |error| format!("locking {}: {error}: name another folder with --target", file.display());
    let lock = fs::File::create(&file).map_err(failed)?;
    #[cfg(unix)]
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive)
        .map_err(|error| failed(error.into()))?;
    Ok(lock)
}
