//! How large the place is where results are shown.
//!
//! *What to notice*: only a terminal has a size. A file or a pipe gets every column, since a reader can scroll it.

use console::Term;

/// Columns of the terminal that standard output is; `None` where it is no terminal.
pub(crate) fn width() -> Option<usize> {
    size().map(|(_, columns)| usize::from(columns))
}

/// Lines of the same.
pub(crate) fn height() -> Option<usize> {
    size().map(|(rows, _)| usize::from(rows))
}

/// Rows and columns.
fn size() -> Option<(u16, u16)> {
    let terminal = Term::stdout();
    terminal.is_term().then(|| terminal.size_checked()).flatten()
}

/// The text in lines of at most `width` characters, broken between words; further lines start with `indent`.
pub(crate) fn wrapped(text: &str, width: usize, indent: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last().map_or(0, |line| line.chars().count());
        let fits = line + 1 + word.chars().count() <= width;
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if fits => *line += &format!(" {word}"),
            _ => lines.push(format!("{indent}{word}")),
        }
    }
    lines.join("\n")
}
