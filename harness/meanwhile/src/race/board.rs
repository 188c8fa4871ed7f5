//! The board: a line for each contestant while a race is on, drawn from the mock's own counts.
//!
//! *What to notice*: a bar has three parts, answered, waiting, and not yet asked for, so that it shows how a model waits:
//! `serial` fills it step by step, a pool in as many steps as it has to wait, and an event loop all at once. The size of the
//! terminal is read before each drawing. A terminal that became narrower has wrapped the lines on its screen, so the board
//! counts them by the new width when it clears them.
//!
//! *What is deliberately missing*: bars where standard error is no terminal. Standard output does not matter, so
//! `meanwhile race | tee FILE` shows bars.

use std::io;
use std::time::{Duration, Instant};

use console::{Term, measure_text_width, style, truncate_str};
use downstream_mock::Stats;

use super::round::Finish;

/// Characters of a bar, at most.
const BAR: usize = 40;

/// Characters of the longest name.
const NAME: usize = 24;

/// What every line has beside its bar: the name, the seconds, and blanks.
const BESIDE_BAR: usize = NAME + 11;

/// The least width of a bar that has counts beside it.
const LEAST_BAR: usize = 12;

/// The least time between two drawings: drawing takes CPU time beside the contestant.
const PAUSE: Duration = Duration::from_millis(100);

/// One line for each contestant that has started.
pub(super) struct Board {
    terminal: Option<Term>,
    calls: usize,
    title: String,
    lanes: Vec<(String, Shown)>,
    /// The width of each line that is on the screen.
    drawn: Vec<usize>,
    last: Option<Instant>,
}

/// The line of one contestant, for one run.
pub(super) struct Lane<'board> {
    board: &'board mut Board,
    at: usize,
}

/// What is known of a contestant.
enum Shown {
    Running { elapsed: Duration, answered: usize, waiting: usize },
    Ended { wall_s: f64 },
    Out(String),
}

impl Board {
    pub(super) fn new(calls: usize) -> Self {
        let terminal = Some(Term::buffered_stderr()).filter(Term::is_term);
        Self { terminal, calls, title: String::new(), lanes: Vec::new(), drawn: Vec::new(), last: None }
    }

    pub(super) fn headline(&mut self, text: String) {
        self.title = text;
    }

    pub(super) fn lane(&mut self, name: &str) -> Lane<'_> {
        let starting = Shown::Running { elapsed: Duration::ZERO, answered: 0, waiting: 0 };
        let known = self.lanes.iter().position(|(known, _)| known == name);
        let at = known.unwrap_or(self.lanes.len());
        match known {
            Some(at) => self.lanes[at].1 = starting,
            None => self.lanes.push((name.into(), starting)),
        }
        Lane { board: self, at }
    }

    /// Draws all lines anew, unless they were drawn just now. A terminal that cannot be written to is left alone.
    fn draw_now_and_then(&mut self) {
        if self.last.is_none_or(|last| last.elapsed() >= PAUSE) {
            self.last = Some(Instant::now());
            let _ = self.draw();
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        let Some(terminal) = &self.terminal else { return Ok(()) };
        let (rows, columns) = terminal.size();
        let lines = self.lines(usize::from(rows), usize::from(columns));
        erase(terminal, &self.drawn, columns.into())?;
        for line in &lines {
            terminal.write_line(line)?;
        }
        self.drawn = lines.iter().map(|line| measure_text_width(line)).collect();
        self.terminal.as_ref().map_or(Ok(()), Term::flush)
    }

    /// What fits into a terminal of this size: the last contestants, if not all do.
    fn lines(&self, rows: usize, columns: usize) -> Vec<String> {
        // A line that is as wide as the terminal would move the cursor to the next one.
        let columns = columns.saturating_sub(1);
        let title = style(format!(" {}", self.title)).for_stderr().bold().to_string();
        let mut lines = vec![String::new(), title, String::new()];
        let room = rows.saturating_sub(lines.len() + 1);
        let lanes = self.lanes.iter().skip(self.lanes.len().saturating_sub(room));
        lines.extend(lanes.map(|(name, shown)| shown.line(name, self.calls, columns)));
        lines.into_iter().map(|line| truncate_str(&line, columns, "…").into_owned()).collect()
    }
}

impl Drop for Board {
    /// Clears the board: the table that follows has all of it, and an interrupted race leaves the terminal as it was.
    fn drop(&mut self) {
        if let Some(terminal) = &self.terminal {
            let (_, columns) = terminal.size();
            // Nothing is left to do about a terminal that is gone.
            let _ = erase(terminal, &self.drawn, columns.into()).and_then(|()| terminal.flush());
        }
    }
}

impl Lane<'_> {
    pub(super) fn show(&mut self, elapsed: Duration, stats: &Stats) {
        let (answered, waiting) = (stats.answered as usize, stats.in_flight as usize);
        self.board.lanes[self.at].1 = Shown::Running { elapsed, answered, waiting };
        self.board.draw_now_and_then();
    }

    pub(super) fn finish(&mut self, finish: &Finish) {
        self.board.lanes[self.at].1 = match finish {
            Finish { fault: Some(fault), .. } => Shown::Out(fault.clone()),
            Finish { round, fault: None } => {
                Shown::Ended { wall_s: round.as_ref().map_or(0.0, |round| round.wall_s) }
            }
        };
        let _ = self.board.draw();
    }
}

impl Shown {
    fn line(&self, name: &str, calls: usize, columns: usize) -> String {
        let words = |waiting, answered| format!("  {waiting} waiting, {answered} answered");
        let room = columns.saturating_sub(BESIDE_BAR);
        // The words give way to the bar, and in all lines alike.
        let room_beside_words = room.saturating_sub(words(calls, calls).len());
        let has_words = room_beside_words >= LEAST_BAR;
        let width = if has_words { room_beside_words } else { room }.min(BAR);
        let (seconds, answered, waiting) = match self {
            Self::Running { elapsed, answered, waiting } => {
                (format!("{:>5.1} s", elapsed.as_secs_f64()), *answered, *waiting)
            }
            Self::Ended { wall_s } => (format!("{wall_s:>5.2} s"), calls, 0),
            Self::Out(why) => return format!("  {name:NAME$} {}", style(why).for_stderr().red()),
        };
        let is_running = matches!(self, Self::Running { .. });
        let words = if is_running && has_words { words(waiting, answered) } else { String::new() };
        format!("  {name:NAME$} {} {seconds}{words}", bar(answered, waiting, calls, width))
    }
}

/// Takes what was drawn off the screen: lines of these widths, as a terminal of this many columns wraps them.
fn erase(terminal: &Term, drawn: &[usize], columns: usize) -> io::Result<()> {
    let rows = drawn.iter().map(|width| width.div_ceil(columns.max(1)).max(1)).sum();
    terminal.clear_last_lines(rows)
}

/// `████▒▒▒▒····`: answered, waiting, to come.
fn bar(answered: usize, waiting: usize, calls: usize, width: usize) -> String {
    let part_of = |count: usize| (count.min(calls) * width).div_ceil(calls);
    let full = part_of(answered);
    let half = part_of(answered + waiting) - full;
    let part = |sign: &str, count: usize| style(sign.repeat(count)).for_stderr();
    let rest = part("·", width - full - half).dim();
    format!("{}{}{rest}", part("█", full).green(), part("▒", half).yellow())
}

#[cfg(test)]
#[path = "board_tests.rs"]
mod tests;
