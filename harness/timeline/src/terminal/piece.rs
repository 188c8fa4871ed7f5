//! Pieces of a line, and how wide they are.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::CallState;

/// A line, from left to right.
pub type Line = Vec<Piece>;

/// Some text that shows one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The text, without control characters.
    pub text: String,
    /// What it shows.
    pub paint: Paint,
}

/// What a piece shows; the caller chooses its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Paint {
    /// Text.
    Plain,
    /// A name or a sentence that matters.
    Title,
    /// What explains the rest.
    Faint,
    /// A thread runs.
    Runs,
    /// A thread keeps answers waiting.
    Blocks,
    /// A thread waits for a core.
    Queued,
    /// A thread sleeps in the system call in which it sleeps longest.
    Asleep,
    /// A thread sleeps in another system call.
    AsleepElsewhere,
    /// What a call does.
    Call(CallState),
    /// A call has no answer.
    Unanswered,
}

impl Piece {
    pub(crate) fn new(text: impl Into<String>, paint: Paint) -> Self {
        Self { text: text.into(), paint }
    }
}

/// Columns of a terminal.
pub(super) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text, or its beginning.
pub(super) fn fitted(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.into();
    }
    let mut used = 1;
    let fits = |sign: &char| {
        used += sign.width().unwrap_or(0);
        used <= columns
    };
    text.chars().take_while(fits).chain(Some('…').filter(|_| columns > 0)).collect()
}

/// The words of a text. A number and its unit are one.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::<String>::new();
    for word in text.split(' ') {
        match words.last_mut() {
            Some(number)
                if ["s", "ms", "µs", "%"]
                    .iter()
                    .any(|unit| word.trim_end_matches([',', ';', ':']) == *unit) =>
            {
                *number += &format!(" {word}");
            }
            Some(_) | None => words.push(word.into()),
        }
    }
    words
}

/// The text in lines, broken between words.
pub(super) fn wrapped(text: &str, columns: usize, paint: Paint) -> Vec<Line> {
    let mut lines = vec![String::new()];
    for word in words(text) {
        let word = fitted(&word, columns);
        let last = lines.len() - 1;
        if lines[last].is_empty() {
            lines[last] = word;
        } else if width(&lines[last]) + 1 + width(&word) <= columns {
            lines[last] += &format!(" {word}");
        } else {
            lines.push(word);
        }
    }
    lines.into_iter().map(|line| vec![Piece::new(line, paint)]).collect()
}
