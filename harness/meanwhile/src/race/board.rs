//! The board: a line for each contestant while a race is on, drawn from the mock's own counts.
//!
//! *What to notice*: a bar is as long as the time that has passed, so that at the end the longest bar is the slowest
//! contestant. It has three parts, answered, waiting, and not yet asked for, which show how a model waits: `serial` fills it
//! step by step, a pool in as many steps as it has to wait, and an event loop all at once.

use std::time::Duration;

use console::style;
use downstream_mock::Stats;

use super::round::Finish;
use crate::moving::MovingLines;

/// Characters of the longest bar, at most.
const BAR: usize = 40;

/// Characters of the longest name.
const NAME: usize = 24;

/// What every line has beside its bar: the name, the seconds, and blanks.
const BESIDE_BAR: usize = NAME + 11;

/// The least width of a bar that has counts beside it.
const LEAST_BAR: usize = 12;

/// One line for each contestant that has started.
pub(super) struct Board {
    screen: MovingLines,
    lanes: Lanes,
}

/// What the board shows.
struct Lanes {
    calls: usize,
    /// The longest time that any contestant should take. A bar that is as long has the whole width, if none takes longer.
    expected: Duration,
    title: String,
    contestants: Vec<(String, Shown)>,
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
    pub(super) fn new(calls: usize, expected: Duration) -> Self {
        let lanes = Lanes { calls, expected, title: String::new(), contestants: Vec::new() };
        Self { screen: MovingLines::new(), lanes }
    }

    pub(super) fn headline(&mut self, text: String) {
        self.lanes.title = text;
    }

    pub(super) fn lane(&mut self, name: &str) -> Lane<'_> {
        let starting = Shown::Running { elapsed: Duration::ZERO, answered: 0, waiting: 0 };
        let contestants = &mut self.lanes.contestants;
        let known = contestants.iter().position(|(known, _)| known == name);
        let at = known.unwrap_or(contestants.len());
        match known {
            Some(at) => contestants[at].1 = starting,
            None => contestants.push((name.into(), starting)),
        }
        Lane { board: self, at }
    }
}

impl Lane<'_> {
    pub(super) fn show(&mut self, elapsed: Duration, stats: &Stats) {
        let (answered, waiting) = (stats.answered as usize, stats.in_flight as usize);
        let Board { screen, lanes } = &mut *self.board;
        lanes.contestants[self.at].1 = Shown::Running { elapsed, answered, waiting };
        screen.draw_now_and_then(|rows, columns| lanes.lines(rows, columns));
    }

    pub(super) fn finish(&mut self, finish: &Finish) {
        let Board { screen, lanes } = &mut *self.board;
        lanes.contestants[self.at].1 = match finish {
            Finish { fault: Some(fault), .. } => Shown::Out(fault.clone()),
            Finish { round, fault: None } => {
                Shown::Ended { wall_s: round.as_ref().map_or(0.0, |round| round.wall_s) }
            }
        };
        screen.draw(|rows, columns| lanes.lines(rows, columns));
    }
}

impl Lanes {
    /// What fits into a terminal of this size: the last contestants, if not all do.
    fn lines(&self, rows: usize, columns: usize) -> Vec<String> {
        // The last column stays empty.
        let columns = columns.saturating_sub(1);
        let title = style(format!(" {}", self.title)).for_stderr().bold().to_string();
        let mut lines = vec![String::new(), title, String::new()];
        let room = rows.saturating_sub(lines.len() + 1);
        let lanes = self.contestants.iter().skip(self.contestants.len().saturating_sub(room));
        let longest_s = self.longest_s();
        lines.extend(lanes.map(|(name, shown)| shown.line(name, self.calls, longest_s, columns)));
        lines
    }

    /// The time of the longest bar.
    fn longest_s(&self) -> f64 {
        let seconds = self.contestants.iter().filter_map(|(_, shown)| shown.seconds());
        seconds.fold(self.expected.as_secs_f64(), f64::max)
    }
}

impl Shown {
    fn seconds(&self) -> Option<f64> {
        match self {
            Self::Running { elapsed, .. } => Some(elapsed.as_secs_f64()),
            Self::Ended { wall_s } => Some(*wall_s),
            Self::Out(_) => None,
        }
    }

    fn line(&self, name: &str, calls: usize, longest_s: f64, columns: usize) -> String {
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
        let length = length(self.seconds().unwrap_or(0.0), longest_s, width);
        let bar = bar(answered, waiting, calls, length);
        format!("  {name:NAME$} {bar}{:1$} {seconds}{words}", "", width - length)
    }
}

/// How much of the width stands for this time; never nothing, since the contestant has started.
fn length(seconds: f64, longest_s: f64, width: usize) -> usize {
    let part = if longest_s > 0.0 { seconds / longest_s } else { 0.0 };
    ((part * width as f64).round() as usize).max(1).min(width)
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
