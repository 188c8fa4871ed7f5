//! What a page can have besides timelines: words, facts, bars, tables. The program fills them; this package knows no race.

use serde::Serialize;

use super::Run;

/// One part of a page.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Section {
    /// Paragraphs.
    Words {
        /// Its heading.
        heading: String,
        /// One after the other.
        paragraphs: Vec<String>,
    },
    /// Names and values, such as the environment of a race.
    Facts {
        /// Its heading.
        heading: String,
        /// Each has a name and a value.
        facts: Vec<[String; 2]>,
    },
    /// Bars from zero, in the order of their ranks.
    Bars {
        /// Its heading.
        heading: String,
        /// What the lengths mean.
        caption: String,
        /// From the first to the last.
        bars: Vec<Bar>,
    },
    /// A table that readers sort by any column.
    Table(Table),
    /// Timelines on one axis, with one replay for all.
    Timelines {
        /// Its heading.
        heading: String,
        /// One below the other.
        runs: Vec<Run>,
    },
    /// Where to predict, and a button that starts the race; for a page that is served.
    Invitation {
        /// Its heading.
        heading: String,
        /// What readers type into their browsers.
        address: String,
        /// What the button asks for.
        start: String,
    },
    /// A form for predictions; for a page that is served.
    Ballot(Ballot),
    /// What many people predicted, over what was measured.
    Predictions {
        /// Its heading.
        heading: String,
        /// Of what the numbers are.
        unit: String,
        /// One for each contestant.
        guesses: Vec<Guesses>,
    },
}

/// A number for each contestant is asked for.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Ballot {
    /// The question.
    pub heading: String,
    /// What is asked about.
    pub contestants: Vec<Candidate>,
    /// `seconds`, or `place`: then each number is given once.
    pub unit: String,
    /// The largest number.
    pub most: f64,
    /// Makes the answer count once.
    pub token: String,
}

/// What is predicted about.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Candidate {
    /// Its name.
    pub name: String,
    /// How it waits, in a phrase, if that is known.
    pub waits: Option<String>,
}

/// The predictions for one contestant.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Guesses {
    /// Its name.
    pub name: String,
    /// What was predicted, in any order.
    pub values: Vec<f64>,
    /// What was measured.
    pub measured: Option<f64>,
}

/// One bar.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Bar {
    /// Its place, as text; empty for one without.
    pub rank: String,
    /// What it is the bar of.
    pub name: String,
    /// Its length; nothing for one that has none, such as a contestant that failed.
    pub value: Option<f64>,
    /// The least and the greatest of the values of which this one is the median.
    pub spread: Option<[f64; 2]>,
    /// The value as people read it, or why there is none.
    pub text: String,
}

/// A table.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Table {
    /// Its heading.
    pub heading: String,
    /// What to know before reading it.
    pub caption: String,
    /// Its columns, from left to right.
    pub columns: Vec<Column>,
    /// Its rows, from top to bottom, with a cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a table.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Whether it has numbers, which stand at the right.
    pub is_number: bool,
}

/// A cell of a table.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// What it is sorted by, instead of its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<f64>,
    /// What it looks like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
}

/// Shown by a sign and by a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// As it has to be.
    Good,
    /// Not as it has to be.
    Bad,
    /// Not tried.
    Skipped,
}

impl Cell {
    /// Words.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A number, and how people read it.
    #[must_use]
    pub fn number(number: f64, text: impl Into<String>) -> Self {
        Self { text: text.into(), number: Some(number), mark: None }
    }
}
