//! What a student predicts: `answers.toml`.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::Explanation;

/// The file's name.
pub const FILE: &str = "answers.toml";

const HEADER: &str =
    "# Predict first: take the # from the line below each question, and write your answer behind the =.\n";

/// One answer.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// A number.
    Number(f64),
    /// One of a few.
    Text(String),
}

/// Answers by the names of their questions.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Answers(pub BTreeMap<String, Answer>);

impl Answers {
    /// Reads a file of answers.
    ///
    /// # Errors
    /// It is gone, or is no such file.
    pub fn read(file: &Path) -> Result<Self, String> {
        let shown = file.display();
        let text = fs::read_to_string(file).map_err(|error| {
            format!("reading {shown}: {error}: meanwhile learn reset writes the questions again")
        })?;
        toml::from_str(&text).map_err(|error| {
            let error = error.to_string();
            format!("{shown}: {}: write NAME = NUMBER on a line", error.trim_end().replace('\n', " "))
        })
    }
}

/// The file with the questions, before it is answered.
pub(crate) fn unanswered(explanation: &Explanation) -> String {
    let mut text = HEADER.to_owned();
    for question in &explanation.questions {
        let choices = match question.choices.as_slice() {
            [] => String::new(),
            choices => format!(" (\"{}\")", choices.join("\", \"")),
        };
        text += &format!("\n# {}{choices}\n# {} =\n", question.text, question.name);
    }
    text
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Two decimals, and none for a whole number.
            Self::Number(number) if number.fract().abs() < 0.005 => write!(f, "{number:.0}"),
            Self::Number(number) => write!(f, "{number:.2}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}
