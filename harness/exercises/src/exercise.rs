//! One exercise as data: `exercises/NAME/exercise.toml`.
//!
//! *What to notice*: it names things of the repository, and copies none: a crate, functions in it, rows of the suite, a page.

use std::collections::BTreeSet;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use conformance::{Cancels, Rows};
use serde::Deserialize;

use crate::Wrong;

/// An exercise, as its file describes it. `exercises/README.md` says what each field is for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Exercise {
    /// The name of its folder.
    #[serde(skip)]
    pub name: String,
    /// Where its file, its brief, its hints and its wrong answers are.
    #[serde(skip)]
    pub folder: PathBuf,
    /// What it is called in the list.
    pub title: String,
    /// Its place in the list: exercises with smaller numbers come first.
    pub order: u32,
    /// The page of the book that teaches it, below `docs/src`.
    pub chapter: String,
    /// How long it takes.
    pub minutes: u32,
    /// What a student does.
    pub kind: Kind,
    /// The folder of the crate, below `crates`.
    #[serde(rename = "crate")]
    pub crate_folder: String,
    /// The functions whose bodies are cut.
    #[serde(default)]
    pub holes: Vec<Hole>,
    /// How the model is made, and what it is held to.
    pub facts: Facts,
    /// The rows of the suite that grade it.
    pub requirements: Vec<Requirement>,
    /// The rows that grade a program in any other language; none if its mechanism cannot be seen from outside.
    #[serde(default)]
    pub program: Vec<Requirement>,
    /// The run whose picture is shown beside a requirement that is broken.
    #[serde(default)]
    pub picture: Picture,
}

/// A run that shows how a model waits.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Picture {
    /// How many calls it makes.
    pub calls: NonZeroUsize,
    /// How many of them may be in flight; all, unless this is given.
    pub in_flight: Option<NonZeroUsize>,
    /// How long the downstream takes to answer.
    pub latency_ms: u64,
}

impl Default for Picture {
    fn default() -> Self {
        /// A lane for each is drawn in a few lines.
        const CALLS: NonZeroUsize = NonZeroUsize::new(4).unwrap();
        Self { calls: CALLS, in_flight: None, latency_ms: 300 }
    }
}

/// What a student does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Fills the holes.
    Build,
    /// Finds a defect: its wrong answers are found by `meanwhile learn hunt` alone.
    Hunt,
}

/// A function whose body is cut.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hole {
    /// The file, from the crate's folder: `src/flight.rs`.
    pub file: String,
    /// The function: `call`, `Flight::advance`, `impl Model for Serial::fan_out`.
    pub item: String,
}

/// How the model is made, and what the suite holds it to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Facts {
    /// An expression of type `io::Result<impl Model>`: `name_of_the_crate::Model::new()`.
    pub new: String,
    /// How many calls it can have in flight; all, unless this is given.
    #[serde(default)]
    pub at_once: Option<usize>,
    /// Whether the calls in flight of a cancelled run end by their deadline only.
    #[serde(default)]
    pub cancels_by_the_deadline: bool,
    /// Whether it uses CPU time while it waits.
    #[serde(default)]
    pub spins: bool,
    /// Whether the work with a reply is done on other threads than those that wait.
    #[serde(default)]
    pub offloads: bool,
    /// Whether the crate is for Linux alone.
    #[serde(default)]
    pub linux_only: bool,
    /// A file of the exercise that makes a model out of what the student writes. `new` finds it as the module `subject`.
    #[serde(default)]
    pub subject: Option<String>,
}

/// A row of the suite that grades an exercise.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// The sentence, as the suite has it.
    pub name: String,
    /// What it is worth.
    #[serde(default = "one")]
    pub points: u32,
    /// What the reason contains with which it fails on the starter, if that is not the stub's panic.
    #[serde(default)]
    pub starter: Option<String>,
}

const fn one() -> u32 {
    1
}

impl Exercise {
    /// Reads the exercise of a folder.
    ///
    /// # Errors
    /// The file cannot be read, is no description of an exercise, or names what does not exist.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let file = folder.join("exercise.toml");
        let text = fs::read_to_string(&file).map_err(|error| {
            format!(
                "reading {}: {error}: exercises/README.md says what an exercise is made of",
                file.display()
            )
        })?;
        let exercise: Self = toml::from_str(&text).map_err(|error| {
            let error = error.to_string();
            let error = error.trim_end().replace('\n', " ");
            format!("{}: {error}: exercises/README.md has the fields", file.display())
        })?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let exercise = Self { name, folder: folder.into(), ..exercise };
        exercise.names_rows()?;
        Ok(exercise)
    }

    /// Each row once, and each of them in the suite.
    fn names_rows(&self) -> Result<(), String> {
        let file = self.folder.join("exercise.toml");
        let file = file.display();
        if let Some(unknown) = self.rows().unknown().first() {
            let all = conformance::order_of_requirements();
            let near = crate::nearest::did_you_mean(unknown, all.iter().map(|requirement| requirement.name));
            return Err(format!("{file}: no row of the suite is called \"{unknown}\"{near}"));
        }
        if let Some(unknown) = self.unknown_to_programs() {
            let cure = "meanwhile check --with NAME=COMMAND --verbose shows them";
            return Err(format!("{file}: no row for programs is called \"{unknown}\": {cure}"));
        }
        let mut names = BTreeSet::new();
        match self.requirements.iter().find(|requirement| !names.insert(&requirement.name)) {
            Some(twice) => {
                Err(format!("{file}: \"{}\" grades twice: name each requirement once", twice.name))
            }
            None => Ok(()),
        }
    }

    fn unknown_to_programs(&self) -> Option<&str> {
        if self.program.is_empty() {
            return None;
        }
        let known = contestant::rows_of_programs();
        self.program.iter().map(|row| row.name.as_str()).find(|name| known.iter().all(|known| known != name))
    }

    /// The same exercise for programs in any language.
    #[must_use]
    pub fn of_programs(&self) -> Self {
        Self { requirements: self.program.clone(), ..self.clone() }
    }

    /// The rows that grade it.
    #[must_use]
    pub fn rows(&self) -> Rows {
        let named = self.requirements.iter().map(|requirement| requirement.name.clone()).collect();
        Rows { named, ..Rows::default() }
    }

    /// All points that it is worth.
    #[must_use]
    pub fn points(&self) -> u32 {
        self.requirements.iter().map(|requirement| requirement.points).sum()
    }

    /// Whether its crate can be built on this system.
    #[must_use]
    pub const fn runs_here(&self) -> bool {
        !self.facts.linux_only || cfg!(target_os = "linux")
    }

    /// Its wrong answers, in the order of their names.
    ///
    /// # Errors
    /// One of them cannot be read, or names a requirement that does not grade this exercise.
    pub fn wrong_answers(&self) -> Result<Vec<Wrong>, String> {
        Wrong::all(self)
    }

    /// The text of its subject, if it has one.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn subject(&self) -> Result<Option<String>, String> {
        let Some(name) = &self.facts.subject else { return Ok(None) };
        let file = self.folder.join(name);
        let text = fs::read_to_string(&file).map_err(|error| {
            format!("reading {}: {error}: exercises/README.md says what a subject is", file.display())
        })?;
        Ok(Some(text))
    }

    /// Its hints, in their order.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub fn hints(&self) -> Result<Vec<String>, String> {
        let mut hints = Vec::new();
        for number in 1.. {
            let file = self.folder.join(format!("hints/{number}.md"));
            if !file.is_file() {
                break;
            }
            let hint =
                fs::read_to_string(&file).map_err(|error| format!("reading {}: {error}", file.display()))?;
            hints.push(hint);
        }
        Ok(hints)
    }
}

impl Facts {
    /// What the suite holds the model to beside the contract.
    #[must_use]
    pub fn of_the_suite(&self) -> conformance::Facts {
        let at_once = self.at_once.unwrap_or(usize::MAX);
        conformance::Facts { at_once, cancels: self.cancels(), spins: self.spins, offloads: self.offloads }
    }

    /// When calls in flight end after the run was cancelled.
    #[must_use]
    pub const fn cancels(&self) -> Cancels {
        if self.cancels_by_the_deadline { Cancels::ByTheDeadline } else { Cancels::AtOnce }
    }
}
