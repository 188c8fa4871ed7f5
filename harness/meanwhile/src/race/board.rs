//! The board: a line for each contestant while a race is on, drawn from the mock's own counts.
//!
//! *What to notice*: a bar has three parts, answered, waiting, and not yet asked for, so that it shows how a model waits:
//! `serial` fills it step by step, a pool in as many steps as it has to wait, and an event loop all at once.
//!
//! *What is deliberately missing*: any of it where there is no terminal.

use std::io::IsTerminal;
use std::time::Duration;

use console::style;
use downstream_mock::Stats;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::round::Finish;

/// Characters of a bar.
const WIDTH: usize = 40;

/// How often it is drawn, at most: drawing takes CPU time beside the contestant.
const LOOKS_HZ: u8 = 10;

/// One line for each contestant that has started.
pub(super) struct Board {
    lines: MultiProgress,
    title: ProgressBar,
    lanes: Vec<(String, ProgressBar)>,
    calls: usize,
}

/// The line of one contestant, for one run.
pub(super) struct Lane {
    line: ProgressBar,
    calls: usize,
}

impl Board {
    pub(super) fn new(calls: usize) -> Self {
        let target = match std::io::stdout().is_terminal() {
            true => ProgressDrawTarget::stderr_with_hz(LOOKS_HZ),
            false => ProgressDrawTarget::hidden(),
        };
        let lines = MultiProgress::with_draw_target(target);
        let title = lines.add(ProgressBar::new_spinner().with_style(template("\n {msg}\n")));
        Self { lines, title, lanes: Vec::new(), calls }
    }

    pub(super) fn headline(&self, text: String) {
        self.title.set_message(style(text).for_stderr().bold().to_string());
    }

    pub(super) fn lane(&mut self, name: &str) -> Lane {
        let known = self.lanes.iter().find(|(known, _)| known == name).map(|(_, line)| line.clone());
        let line = known.unwrap_or_else(|| self.add(name));
        Lane { line, calls: self.calls }
    }

    fn add(&mut self, name: &str) -> ProgressBar {
        let line = ProgressBar::new_spinner()
            .with_style(template("{spinner:.cyan} {prefix:24} {wide_msg}"))
            .with_prefix(name.to_owned());
        let line = self.lines.add(line);
        self.lanes.push((name.into(), line.clone()));
        line
    }
}

impl Drop for Board {
    /// Clears the board: the table that follows has all of it, and an interrupted race leaves the terminal as it was.
    fn drop(&mut self) {
        let lanes = self.lanes.iter().map(|(_, line)| line);
        lanes.chain([&self.title]).for_each(ProgressBar::finish_and_clear);
    }
}

impl Lane {
    pub(super) fn show(&mut self, elapsed: Duration, stats: &Stats) {
        let (answered, waiting) = (stats.answered as usize, stats.in_flight as usize);
        let bar = bar(answered, waiting, self.calls);
        let seconds = elapsed.as_secs_f64();
        self.line.set_message(format!("{bar} {seconds:>5.1} s  {waiting} waiting, {answered} answered"));
        self.line.tick();
    }

    pub(super) fn finish(&mut self, finish: &Finish) {
        let message = match finish {
            Finish { fault: Some(fault), .. } => style(fault).for_stderr().red().to_string(),
            Finish { round: Some(round), .. } => {
                format!("{} {:>5.2} s", bar(self.calls, 0, self.calls), round.wall_s)
            }
            Finish { round: None, fault: None } => String::new(),
        };
        self.line.abandon_with_message(message);
    }
}

/// `████▒▒▒▒····`: answered, waiting, to come.
fn bar(answered: usize, waiting: usize, calls: usize) -> String {
    let width = |count: usize| (count.min(calls) * WIDTH).div_ceil(calls);
    let full = width(answered);
    let half = width(answered + waiting) - full;
    let rest = WIDTH - full - half;
    let part = |sign: &str, count: usize| style(sign.repeat(count)).for_stderr();
    format!("{}{}{}", part("█", full).green(), part("▒", half).yellow(), part("·", rest).dim())
}

fn template(text: &str) -> ProgressStyle {
    // Every template is a literal of this file.
    ProgressStyle::with_template(text).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
