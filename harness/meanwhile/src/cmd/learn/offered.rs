//! What a student can begin: exercises with holes, and those that ask for predictions.

use std::path::PathBuf;

use exercises::explain::Explanation;
use exercises::{Course, Exercise, Kind, Workspace};

use crate::Error;

/// One exercise of the list.
#[derive(Clone, Copy)]
pub(super) enum Offered<'course> {
    /// It has holes.
    Build(&'course Exercise),
    /// It asks for predictions.
    Explain(&'course Explanation),
}

impl<'course> Offered<'course> {
    /// All of them, in the order of the list.
    pub(super) fn all(course: &'course Course) -> Vec<Self> {
        let with_holes = course.exercises.iter().filter(|exercise| exercise.kind == Kind::Build);
        let mut all: Vec<_> = with_holes.map(Self::Build).collect();
        all.extend(course.explanations.iter().map(Self::Explain));
        all.sort_by_key(|offered| (offered.order(), offered.name()));
        all
    }

    /// One that a student can begin here.
    pub(super) fn named(course: &'course Course, name: &str) -> Result<Self, Error> {
        if let Some(explanation) = course.explanation(name) {
            return Ok(Self::Explain(explanation));
        }
        let exercise = course.exercise(name).map_err(Error::Usage)?;
        if exercise.kind == Kind::Hunt {
            return Err(Error::Usage(format!("{name} is a hunt: meanwhile learn hunt gives one")));
        }
        if !exercise.runs_here() {
            let here = std::env::consts::OS;
            return Err(Error::Usage(format!(
                "{name} needs Linux, and this is {here}: choose another exercise"
            )));
        }
        Ok(Self::Build(exercise))
    }

    /// Makes it the current one.
    pub(super) fn begin(self, workspace: &mut Workspace, course: &Course) -> Result<PathBuf, Error> {
        let begun = match self {
            Self::Build(exercise) => workspace.begin(course, exercise),
            Self::Explain(explanation) => workspace.begin_explanation(course, explanation),
        };
        begun.map_err(Error::Broken)
    }

    fn order(self) -> u32 {
        match self {
            Self::Build(exercise) => exercise.order,
            Self::Explain(explanation) => explanation.order,
        }
    }

    pub(super) fn name(self) -> &'course str {
        match self {
            Self::Build(exercise) => &exercise.name,
            Self::Explain(explanation) => &explanation.name,
        }
    }

    pub(super) fn title(self) -> &'course str {
        match self {
            Self::Build(exercise) => &exercise.title,
            Self::Explain(explanation) => &explanation.title,
        }
    }

    pub(super) fn minutes(self) -> u32 {
        match self {
            Self::Build(exercise) => exercise.minutes,
            Self::Explain(explanation) => explanation.minutes,
        }
    }

    pub(super) fn points(self) -> u32 {
        match self {
            Self::Build(exercise) => exercise.points(),
            Self::Explain(explanation) => explanation.points(),
        }
    }

    pub(super) fn runs_here(self) -> bool {
        match self {
            Self::Build(exercise) => exercise.runs_here(),
            Self::Explain(_) => true,
        }
    }

    /// What to do in its folder.
    pub(super) fn task(self) -> &'static str {
        match self {
            Self::Build(_) => {
                "The brief is there. Edit the files in src, and see the verdict each time you save: meanwhile learn watch (in that folder)"
            }
            Self::Explain(_) => {
                "The brief is there. Write your predictions into answers.toml, and compare them with a run: meanwhile learn check (in that folder)"
            }
        }
    }
}
