//! One moving line that says what a check is doing, and the first lines that the student's own code prints.

use conformance::{Event, printable};

use crate::moving::MovingLines;

/// Lines of the student's program that are shown: each row is tried a few times, and says the same each time.
const PRINTED: usize = 20;
/// Characters of such a line.
const LINE: usize = 400;

/// The line. Dropping it erases it.
pub(super) struct Board {
    screen: MovingLines,
    subject: String,
    printed: usize,
}

impl Board {
    pub(super) fn new(subject: &str) -> Self {
        Self { screen: MovingLines::new(), subject: subject.into(), printed: 0 }
    }

    /// Shows what is done from now on.
    pub(super) fn says(&mut self, what: &str) {
        let line = format!("  {}: {what}", self.subject);
        self.screen.draw(|_, _| vec![line]);
    }

    pub(super) fn on(&mut self, event: Event<'_>) {
        match event {
            Event::Tries { name, at, of, .. } => self.says(&format!("{} of {of}: {name}", at + 1)),
            Event::Printed(line) => self.print(line),
            Event::Found(_) | Event::Waits => {}
        }
    }

    fn print(&mut self, line: &str) {
        self.printed += 1;
        if self.printed > PRINTED {
            return;
        }
        self.screen.erase();
        eprintln!("{}", printable(line.as_bytes(), LINE));
        if self.printed == PRINTED {
            eprintln!("(what your program prints from here on is not shown)");
        }
    }
}
