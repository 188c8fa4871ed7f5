//! One moving line while rows are tried: which row, and the counts so far.
//!
//! *What is deliberately missing*: any of it where standard error is no terminal.

use std::io::IsTerminal;

use conformance::{Event, Verdict};
use console::style;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often it is drawn, at most: drawing takes CPU time beside the subject.
const LOOKS_HZ: u8 = 10;

/// The line of one subject. Dropping it clears it.
pub(super) struct Board {
    line: ProgressBar,
    subject: String,
    held: usize,
    broken: usize,
}

impl Board {
    pub(super) fn new(subject: &str) -> Self {
        let target = match std::io::stderr().is_terminal() {
            true => ProgressDrawTarget::stderr_with_hz(LOOKS_HZ),
            false => ProgressDrawTarget::hidden(),
        };
        let line = ProgressBar::with_draw_target(None, target);
        // The template is a literal.
        line.set_style(
            ProgressStyle::with_template("{spinner:.cyan} {wide_msg}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner()),
        );
        Self { line, subject: subject.into(), held: 0, broken: 0 }
    }

    pub(super) fn on(&mut self, event: Event<'_>) {
        match event {
            Event::Tries { group, name, at, of } => {
                let broken = style(format!("{} broken", self.broken)).for_stderr();
                let broken = if self.broken > 0 { broken.red() } else { broken };
                let (subject, held) = (&self.subject, self.held);
                self.line.set_message(format!(
                    "{subject} {}/{of}  {held} held, {broken}  {group}: {name}",
                    at + 1
                ));
            }
            Event::Found(row) => match &row.verdict {
                Verdict::Held => self.held += 1,
                Verdict::Broken(_) => self.broken += 1,
                Verdict::Skipped(_) => {}
            },
            Event::Printed(_) => {}
            Event::Waits => self.line.tick(),
        }
    }

    /// Shows something where the line is, which moves on below it.
    pub(super) fn beside(&self, show: impl FnOnce()) {
        self.line.suspend(show);
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        self.line.finish_and_clear();
    }
}
