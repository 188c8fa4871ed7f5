//! An exercise that is a prediction: questions about runs, answered before the runs are made.
//!
//! *What to notice*: there is no stored answer that a student's is compared with. What is right is measured each time, in the runs that
//! the questions are about. The reference answers are there for the gate alone.
//!
//! *What is deliberately missing*: how something is measured. That needs the list of models, which this package does not know.

mod answers;
mod question;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

pub(crate) use answers::unanswered;
pub use answers::{Answer, Answers, FILE as ANSWERS_FILE};
pub use question::{Quantity, Question};

/// Questions about runs, as `exercises/NAME/questions.toml` has them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Explanation {
    /// The name of its folder.
    #[serde(skip)]
    pub name: String,
    /// Where its questions, its brief and its reference are.
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
    /// The runs that the questions are about, by their names.
    pub runs: BTreeMap<String, ExplainedRun>,
    /// What is asked, in this order.
    pub questions: Vec<Question>,
}

/// A run that questions are about.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExplainedRun {
    /// The model, as the list has it.
    pub model: String,
    /// How long the downstream takes to answer.
    pub latency_ms: u64,
    /// What it calls.
    pub plan: Plan,
    /// How many calls may be in flight; all, unless this is given.
    #[serde(default)]
    pub in_flight: Option<NonZeroUsize>,
    /// How many workers a pool has.
    #[serde(default)]
    pub workers: Option<NonZeroUsize>,
    /// The CPU time of the work with each reply.
    #[serde(default)]
    pub work_ms: u64,
}

/// What a run calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Plan {
    /// This many calls that do not need each other.
    Calls(NonZeroUsize),
    /// The five calls of a diamond.
    Diamond(StepB),
}

/// What becomes of the call B of a diamond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepB {
    /// It is answered as the others are.
    Answered,
    /// Its connection is closed, while C and D wait.
    Closed,
}

/// An answer that is wrong, for the gate: `exercises/NAME/wrong/WRONG.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrongAnswer {
    /// What one believes who gives it.
    pub what: String,
    /// The question.
    pub question: String,
    /// What is answered.
    pub answer: Answer,
}

impl Explanation {
    /// Reads the questions of a folder.
    ///
    /// # Errors
    /// The file cannot be read, or a question is about no run.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let file = folder.join("questions.toml");
        let explanation: Self = read(&file)?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let explanation = Self { name, folder: folder.into(), ..explanation };
        explanation.complaint().map_or(Ok(()), |why| Err(format!("{}: {why}", file.display())))?;
        Ok(explanation)
    }

    /// What is wrong with the questions, if anything is.
    fn complaint(&self) -> Option<String> {
        let mut names = BTreeSet::new();
        for question in &self.questions {
            let name = &question.name;
            let Some(run) = self.runs.get(&question.run) else {
                return Some(format!(
                    "{name} is about the run {}, which is not among the runs",
                    question.run
                ));
            };
            if !names.insert(name) {
                return Some(format!("{name} is asked twice: name each question once"));
            }
            if let Err(why) = question.fits(run) {
                return Some(format!("{name}: {why}"));
            }
        }
        None
    }

    /// The answers that are right, for the gate.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn reference(&self) -> Result<Answers, String> {
        Answers::read(&self.folder.join("reference.toml"))
    }

    /// Its wrong answers, in the order of their names.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub fn wrong_answers(&self) -> Result<Vec<WrongAnswer>, String> {
        let folder = self.folder.join("wrong");
        let Ok(entries) = fs::read_dir(&folder) else { return Ok(Vec::new()) };
        let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.sort();
        files.iter().map(|file| read(file)).collect()
    }

    /// All points that it is worth: one for each question.
    #[must_use]
    pub fn points(&self) -> u32 {
        u32::try_from(self.questions.len()).unwrap_or(u32::MAX)
    }
}

/// A file of TOML as data.
fn read<Data: DeserializeOwned>(file: &Path) -> Result<Data, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("reading {}: {error}", file.display()))?;
    toml::from_str(&text).map_err(|error| {
        let error = error.to_string();
        format!("{}: {}", file.display(), error.trim_end().replace('\n', " "))
    })
}
