//! All exercises of a clone, in the order of the list.

use std::fs;
use std::path::{Path, PathBuf};

use crate::explain::Explanation;
use crate::nearest::did_you_mean;
use crate::{Exercise, Sources, Wrong};

/// A clone of the repository, and its exercises.
#[derive(Clone, Debug)]
pub struct Course {
    /// The root of the clone.
    pub clone: PathBuf,
    /// In the order of the list.
    pub exercises: Vec<Exercise>,
    /// Those that ask for predictions, in the order of the list.
    pub explanations: Vec<Explanation>,
}

impl Course {
    /// Reads every exercise of a clone.
    ///
    /// # Errors
    /// This is no clone, or one of its exercises is not as it should be.
    pub fn open(clone: &Path) -> Result<Self, String> {
        let folder = clone.join("exercises");
        let entries = fs::read_dir(&folder).map_err(|error| {
            let cure = "name a clone of the repository of meanwhile";
            format!("reading {}: {error}: {cure}", folder.display())
        })?;
        let folders: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        let with = |file: &'static str| folders.iter().filter(move |folder| folder.join(file).exists());
        let exercises = with("exercise.toml").map(|folder| Exercise::read(folder));
        let mut exercises = exercises.collect::<Result<Vec<_>, _>>()?;
        exercises.sort_by(|one, other| (one.order, &one.name).cmp(&(other.order, &other.name)));
        let explanations = with("questions.toml").map(|folder| Explanation::read(folder));
        let mut explanations = explanations.collect::<Result<Vec<_>, _>>()?;
        explanations.sort_by(|one, other| (one.order, &one.name).cmp(&(other.order, &other.name)));
        Ok(Self { clone: clone.into(), exercises, explanations })
    }

    /// The exercise of this name.
    ///
    /// # Errors
    /// There is none; the line has the nearest names.
    pub fn exercise(&self, name: &str) -> Result<&Exercise, String> {
        self.exercises.iter().find(|exercise| exercise.name == name).ok_or_else(|| {
            let near = did_you_mean(name, self.names());
            let near = if near.is_empty() { ": meanwhile learn shows them all".into() } else { near };
            format!("no exercise is called {name}{near}")
        })
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let explanations = self.explanations.iter().map(|explanation| explanation.name.as_str());
        self.exercises.iter().map(|exercise| exercise.name.as_str()).chain(explanations)
    }

    /// The questions of this name, if it is an exercise that asks for predictions.
    #[must_use]
    pub fn explanation(&self, name: &str) -> Option<&Explanation> {
        self.explanations.iter().find(|explanation| explanation.name == name)
    }

    /// The crate of an exercise as it is in the clone: the reference.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn reference(&self, exercise: &Exercise) -> Result<Sources, String> {
        Sources::read(&self.clone.join("crates").join(&exercise.crate_folder))
    }

    /// The defect of a hunt: the same seed finds the same one while the clone is the same.
    ///
    /// # Errors
    /// A wrong answer cannot be read, or there is none that runs here.
    pub fn hunt(&self, seed: u64) -> Result<(&Exercise, Wrong), String> {
        let mut all = Vec::new();
        for exercise in self.exercises.iter().filter(|exercise| exercise.runs_here()) {
            all.extend(exercise.wrong_answers()?.into_iter().map(|wrong| (exercise, wrong)));
        }
        let count = u64::try_from(all.len()).unwrap_or(u64::MAX);
        let at = seed.checked_rem(count).ok_or("no wrong answer runs here: there is nothing to hunt")?;
        Ok(all.swap_remove(usize::try_from(at).unwrap_or(0)))
    }
}
