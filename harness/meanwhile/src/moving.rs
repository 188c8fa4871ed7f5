//! Lines on standard error that are drawn again and again while something runs.
//!
//! *What to notice*: the size of the terminal is read before each drawing. A terminal that became narrower has wrapped the
//! lines on its screen, so they are counted by the new width when they are erased.
//!
//! *What is deliberately missing*: lines where standard error is no terminal. Standard output does not matter, so
//! `meanwhile race | tee FILE` shows them.

use std::io;
use std::time::{Duration, Instant};

use console::{Term, measure_text_width, truncate_str};

/// The least time between two drawings: drawing takes CPU time beside what is measured.
const PAUSE: Duration = Duration::from_millis(100);

/// The lines. Dropping them erases them: what is printed next has all of it, and an interrupt leaves the terminal as it was.
pub(crate) struct MovingLines {
    terminal: Option<Term>,
    /// The width of each line that is on the screen.
    drawn: Vec<usize>,
    last: Option<Instant>,
}

impl MovingLines {
    pub(crate) fn new() -> Self {
        let terminal = Some(Term::buffered_stderr()).filter(Term::is_term);
        Self { terminal, drawn: Vec::new(), last: None }
    }

    /// Draws the lines for a terminal of this many rows and columns, unless they were drawn just now.
    pub(crate) fn draw_now_and_then(&mut self, lines: impl FnOnce(usize, usize) -> Vec<String>) {
        if self.last.is_none_or(|last| last.elapsed() >= PAUSE) {
            self.draw(lines);
        }
    }

    /// Draws the lines for a terminal of this many rows and columns.
    pub(crate) fn draw(&mut self, lines: impl FnOnce(usize, usize) -> Vec<String>) {
        self.last = Some(Instant::now());
        // A terminal that cannot be written to is left alone.
        let _ = self.replace(lines);
    }

    pub(crate) fn erase(&mut self) {
        let _ = self.replace(|_, _| Vec::new());
    }

    fn replace(&mut self, lines: impl FnOnce(usize, usize) -> Vec<String>) -> io::Result<()> {
        let Some(terminal) = &self.terminal else { return Ok(()) };
        let (rows, columns) = terminal.size();
        let (rows, columns) = (usize::from(rows), usize::from(columns).max(1));
        let wrapped = self.drawn.iter().map(|width| width.div_ceil(columns).max(1));
        terminal.clear_last_lines(wrapped.sum())?;
        let lines = fitted(&lines(rows, columns), columns);
        for line in &lines {
            terminal.write_line(line)?;
        }
        self.drawn = lines.iter().map(|line| measure_text_width(line)).collect();
        terminal.flush()
    }
}

/// The lines without what reaches the last column: the cursor would move to the next line.
pub(crate) fn fitted(lines: &[String], columns: usize) -> Vec<String> {
    lines.iter().map(|line| truncate_str(line, columns.saturating_sub(1), "…").into_owned()).collect()
}

impl Drop for MovingLines {
    fn drop(&mut self) {
        self.erase();
    }
}
