//! Builds and judges every exercise of every student, several at a time.
//!
//! *What to notice*: all students' crates of one exercise are built in one folder, one after the other, so that what they depend on
//! is compiled once and a build takes seconds. The program is copied before the next one is built.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::enclosure::{Enclosing, Enclosure, Heard, Here, Order, Said};
use super::grader::{Grader, On, Progress, Stop, lock};
use super::grades::{Grade, Problem, Student};
use super::submission::Submission;
use crate::{Exercise, Package, Sources};

/// How much later than an enclosure itself the grader ends it.
const SLACK: Duration = Duration::from_secs(15);

/// An exercise, ready to be graded.
pub(super) struct Ready<'a> {
    pub(super) exercise: &'a Exercise,
    pub(super) reference: Sources,
}

/// A grading that goes on.
pub(super) struct Grading<'a> {
    pub(super) grader: &'a Grader<'a>,
    pub(super) enclosing: Enclosing,
    /// Held while something is built.
    pub(super) building: Mutex<()>,
    pub(super) on: On<'a>,
    pub(super) stop: Stop<'a>,
}

/// The grader was asked to stop.
pub(super) struct Stopped;

impl Grading<'_> {
    pub(super) fn all(&self, submissions: &[Submission], ready: &[Ready<'_>]) -> Vec<Student> {
        let units: Vec<_> = submissions
            .iter()
            .flat_map(|submission| ready.iter().map(move |ready| (submission, ready)))
            .collect();
        let grades: Vec<_> = units.iter().map(|_| Mutex::new(None)).collect();
        let next = AtomicUsize::new(0);
        let take = || {
            let at = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|_| !(self.stop)())?;
            Some((at, units.get(at)?))
        };
        let work = || {
            while let Some((at, (submission, ready))) = take() {
                if let Ok(grade) = self.one(submission, ready) {
                    (self.on)(Progress::Graded(&submission.student, &grade));
                    *grades[at].lock().unwrap_or_else(PoisonError::into_inner) = Some(grade);
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..self.grader.jobs {
                scope.spawn(work);
            }
        });
        let grades: Vec<_> = grades
            .into_iter()
            .map(|grade| grade.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect();
        let of_each = grades.chunks(ready.len().max(1));
        submissions.iter().zip(of_each).map(|(submission, grades)| Student::of(submission, grades)).collect()
    }

    fn one(&self, submission: &Submission, ready: &Ready<'_>) -> Result<Grade, Stopped> {
        let exercise = ready.exercise;
        let sources = match submission.sources(exercise, &ready.reference) {
            Ok(sources) => sources,
            Err(why) => return Ok(Grade::none(exercise, Problem::NotSubmitted(why))),
        };
        let here = match self.grader.folder() {
            Ok(here) => here,
            Err(why) => return Ok(Grade::none(exercise, Problem::NotJudged(why))),
        };
        match self.built(submission, exercise, &sources, here.path())? {
            Ok(program) => self.judged(submission, exercise, &program, here.path()),
            Err(problem) => Ok(Grade::none(exercise, problem)),
        }
    }

    /// The program, in a folder of its own.
    fn built(
        &self,
        submission: &Submission,
        exercise: &Exercise,
        sources: &Sources,
        here: &Path,
    ) -> Result<Result<PathBuf, Problem>, Stopped> {
        let _one_at_a_time = self.building.lock().unwrap_or_else(PoisonError::into_inner);
        if (self.stop)() {
            return Err(Stopped);
        }
        (self.on)(Progress::Builds(&submission.student, &exercise.name));
        let Grader { course, target, build_time, .. } = self.grader;
        let folder = self.grader.package(exercise);
        let order =
            Order::Build { folder: folder.clone(), target: self.grader.compiled(), time: *build_time };
        let written = lock(target).and_then(|lock| {
            // Not only what differs: what is written now is newer than what was built.
            let _ = fs::remove_dir_all(folder.join("src"));
            Package::write(&folder, exercise, &course.clone, sources)?;
            Ok(lock)
        });
        let _lock = match written {
            Ok(lock) => lock,
            Err(why) => return Ok(Err(Problem::NotBuilt(why))),
        };
        Ok(match self.asked(&order, *build_time, Here::building(here), &mut |_| {})? {
            Ok(Said::Built(program)) => copied(&program, here).map_err(Problem::NotBuilt),
            Ok(Said::NotBuilt(why)) | Err(why) => Err(Problem::NotBuilt(why)),
            Ok(other) => Err(Problem::NotBuilt(format!("the enclosure said {other:?}"))),
        })
    }

    fn judged(
        &self,
        submission: &Submission,
        exercise: &Exercise,
        program: &Path,
        here: &Path,
    ) -> Result<Grade, Stopped> {
        let order = Order::Judge {
            clone: self.grader.course.clone.clone(),
            exercise: exercise.name.clone(),
            program: program.into(),
            time: self.grader.judge_time,
        };
        self.grade_of(&submission.student, exercise, &order, Here::only(here))
    }

    pub(super) fn program(
        &self,
        exercise: &Exercise,
        command: &str,
        here: Here<'_>,
    ) -> Result<Grade, Stopped> {
        let time = self.grader.judge_time;
        let order = Order::JudgeProgram {
            clone: self.grader.course.clone.clone(),
            exercise: exercise.name.clone(),
            command: command.into(),
            time,
        };
        self.grade_of("program", exercise, &order, here)
    }

    fn grade_of(
        &self,
        student: &str,
        exercise: &Exercise,
        order: &Order,
        here: Here<'_>,
    ) -> Result<Grade, Stopped> {
        let (all, time) = (exercise.requirements.len(), self.grader.judge_time);
        let on = |tried| (self.on)(Progress::Judges(student, &exercise.name, tried, all));
        on(0);
        Ok(match self.asked(order, time, here, &mut |tried| on(tried))? {
            Ok(Said::Judged { findings, over }) => Grade::of(exercise, *findings, &over, time.as_secs()),
            Ok(Said::NotJudged(why)) | Err(why) => Grade::none(exercise, Problem::NotJudged(why)),
            Ok(other) => Grade::none(exercise, Problem::NotJudged(format!("the enclosure said {other:?}"))),
        })
    }

    /// The last word of an enclosure that does this.
    fn asked(
        &self,
        order: &Order,
        time: Duration,
        here: Here<'_>,
        tried: &mut dyn FnMut(usize),
    ) -> Result<Result<Said, String>, Stopped> {
        let mut enclosure = match Enclosure::start(self.grader.program, self.enclosing, here) {
            Ok(enclosure) => enclosure,
            Err(why) => return Ok(Err(why)),
        };
        enclosure.order(order);
        let until = Instant::now() + time + SLACK;
        loop {
            match enclosure.listen(until, self.stop) {
                Heard::Said(Said::Tried(rows)) => tried(rows),
                Heard::Said(last) => return Ok(Ok(last)),
                Heard::Ended(words) => return Ok(Err(format!("its enclosure ended: {words}"))),
                Heard::Late => return Ok(Err(format!("its enclosure was ended after {} s", time.as_secs()))),
                Heard::Stopped => return Err(Stopped),
            }
        }
    }
}

impl Student {
    fn of(submission: &Submission, grades: &[Option<Grade>]) -> Self {
        Self::with(&submission.student, grades.iter().flatten().cloned().collect())
    }

    pub(super) fn with(student: &str, grades: Vec<Grade>) -> Self {
        let points = grades.iter().map(|grade| grade.points).sum();
        let of = grades.iter().map(|grade| grade.of).sum();
        Self { student: student.into(), points, of, grades }
    }
}

impl<'a> Here<'a> {
    /// Starts in a folder of its own, and writes there alone.
    pub(super) const fn only(folder: &'a Path) -> Self {
        Self { folder, temporary: folder, writes_in: Some(folder) }
    }

    /// The same for a build: cargo writes in several folders, and no code of a student's runs.
    const fn building(folder: &'a Path) -> Self {
        Self { writes_in: None, ..Self::only(folder) }
    }
}

/// The next program is linked to the same place.
fn copied(program: &Path, here: &Path) -> Result<PathBuf, String> {
    let copy = here.join("program").with_extension(std::env::consts::EXE_EXTENSION);
    fs::copy(program, &copy).map_err(|error| format!("copying {}: {error}", program.display()))?;
    Ok(copy)
}
