//! From an edit to a verdict: builds the current exercise, tries its rows, and shows the first cause.

use std::ops::ControlFlow;
use std::process::{Command, ExitCode};
use std::time::Instant;

use conformance::WORKER_ARGUMENT;
use contestant::{interrupt, this_program};
use exercises::{Built, Course, Exercise, Judged, Workspace, Wrong, build, judge};

use super::board::Board;
use super::{explain, picture, place, shown};
use crate::{Error, text};

/// What a check is asked for beside its verdict.
#[derive(Clone, Copy, Default)]
pub(super) struct Wishes<'a> {
    /// In a hunt: the line that names the fix.
    pub(super) fix: Option<&'a str>,
    /// Whether a verdict that breaks comes without its picture.
    pub(super) no_picture: bool,
}

/// Checks once.
pub(super) fn check(wishes: Wishes<'_>) -> Result<ExitCode, Error> {
    let (mut workspace, course) = place::here()?;
    let has_passed = check_in(&mut workspace, &course, wishes, &|| true)?;
    Ok(if has_passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Checks the current exercise, and shows what came of it; whether it has passed. Stops early when `goes_on` says no.
pub(super) fn check_in(
    workspace: &mut Workspace,
    course: &Course,
    wishes: Wishes<'_>,
    goes_on: &dyn Fn() -> bool,
) -> Result<bool, Error> {
    if let Some(explanation) = course.explanation(&workspace.progress.current) {
        return explain::check(workspace, explanation, wishes);
    }
    let (exercise, wrong) = workspace.task(course).map_err(Error::Usage)?;
    workspace.mend(course, exercise).map_err(Error::Usage)?;
    let started = Instant::now();
    let mut board = Board::new(&workspace.progress.current);
    board.says("building");
    let built = build(&workspace.current(), &workspace.target(), console::colors_enabled());
    interrupt::check()?;
    let built = match built {
        Ok(built) => built,
        Err(not_built) => {
            drop(board);
            text::say(&shown::not_built(&not_built))?;
            return Ok(false);
        }
    };
    let judged = judged(&built, exercise, &mut board, goes_on)?;
    drop(board);
    interrupt::check()?;
    if judged.findings.interrupted {
        return Ok(false);
    }
    let has_passed = is_solved(&judged, wrong.as_ref(), wishes.fix);
    note(workspace, judged.points, has_passed)?;
    text::say(&shown::verdict(&judged, exercise, wrong.as_ref(), wishes.fix, started.elapsed()))?;
    if let (Some(cause), false) = (&judged.findings.first_cause, wishes.no_picture)
        && !shown::is_a_hole(cause)
    {
        text::say(&picture::of_a_run(&built, exercise)?)?;
    }
    Ok(has_passed)
}

/// Tries the rows. This program is the worker: none of the student's code runs where verdicts are formed.
fn judged(
    built: &Built,
    exercise: &Exercise,
    board: &mut Board,
    goes_on: &dyn Fn() -> bool,
) -> Result<Judged, Error> {
    let broken = |error| Error::broken(format!("checking {}", exercise.name), error);
    let this = this_program().map_err(broken)?;
    let worker = || {
        let mut command = Command::new(&this);
        command.arg(WORKER_ARGUMENT);
        command
    };
    let mut on = |event: conformance::Event<'_>| {
        board.on(event);
        if goes_on() && interrupt::check().is_ok() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    };
    judge(built, exercise, &worker, &mut on).map_err(broken)
}

/// A hunt is solved when the fix is named, too.
fn is_solved(judged: &Judged, wrong: Option<&Wrong>, fix: Option<&str>) -> bool {
    let is_named = wrong.is_none_or(|wrong| fix.is_some_and(|line| wrong.is_named_by(line)));
    judged.has_passed() && is_named
}

/// Notes the best that there was: what has passed stays passed.
pub(super) fn note(workspace: &mut Workspace, points: u32, has_passed: bool) -> Result<(), Error> {
    let work = workspace.progress.current_work();
    work.checks += 1;
    work.points = work.points.max(points);
    work.passed |= has_passed;
    workspace.save().map_err(Error::Broken)
}

/// The exercise that a student has passed, for what is shown only then.
pub(super) fn passed<'course>(
    workspace: &Workspace,
    course: &'course Course,
) -> Result<&'course Exercise, Error> {
    let current = &workspace.progress.current;
    if course.explanation(current).is_some() {
        let cure = "meanwhile learn check compares your predictions with a run";
        return Err(Error::Usage(format!("{current} has no reference to compare with: {cure}")));
    }
    let (exercise, _) = workspace.task(course).map_err(Error::Usage)?;
    if workspace.progress.work.get(current).is_some_and(|work| work.passed) {
        return Ok(exercise);
    }
    let cure = "meanwhile learn check shows what is missing, meanwhile learn hint helps";
    Err(Error::Usage(format!("{current} has not passed yet, and the reference is shown afterwards: {cure}")))
}
