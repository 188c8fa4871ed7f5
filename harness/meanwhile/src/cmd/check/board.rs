//! One moving line while rows are tried: which row, and the counts so far.

use conformance::{Event, Verdict};
use console::style;

use crate::moving::MovingLines;

/// The line of one subject. Dropping it erases it.
pub(super) struct Board {
    screen: MovingLines,
    subject: String,
    held: usize,
    broken: usize,
    /// The row being tried, and its place among all rows.
    row: String,
}

impl Board {
    pub(super) fn new(subject: &str) -> Self {
        Self { screen: MovingLines::new(), subject: subject.into(), held: 0, broken: 0, row: String::new() }
    }

    pub(super) fn on(&mut self, event: Event<'_>) {
        match event {
            Event::Tries { group, name, at, of } => self.row = format!("{}/{of}  {group}: {name}", at + 1),
            Event::Found(row) => match &row.verdict {
                Verdict::Held => self.held += 1,
                Verdict::Broken(_) => self.broken += 1,
                Verdict::Skipped(_) => {}
            },
            Event::Printed(_) | Event::Waits => {}
        }
        let line = self.line();
        self.screen.draw_now_and_then(|_, _| vec![line]);
    }

    /// Makes room for something that is shown where the line is. The line is drawn again below it.
    pub(super) fn erase(&mut self) {
        self.screen.erase();
    }

    fn line(&self) -> String {
        let broken = style(format!("{} broken", self.broken)).for_stderr();
        let broken = if self.broken > 0 { broken.red() } else { broken };
        format!("  {}  {} held, {broken}  {}", self.subject, self.held, self.row)
    }
}
