//! The rows of threads. The height of what is filled is the part of the time: a thread that sleeps is a thin line.
//!
//! *What to notice*: time is added up column by column, as it is for calls in [`bands`](crate::Lanes::bands), so that a wake-up
//! of a millisecond is seen as such and not drawn over.

use ::svg::node::element::Group;

use super::outline::Outline;
use super::scale::Scale;
use super::words::{SMALL, clean, line, times, width};
use super::{LANES, MARGIN};
use crate::{Lanes, Stretch, ThreadLane, ThreadState, blocked};

/// How many threads have a row each, and a text in it; and how many rows there are at most.
const FEW: usize = 3;
const MOST: usize = 12;

/// Two units of the picture a column.
const COLUMNS: u64 = 376;

/// The thickness of sleep.
const ASLEEP: f64 = 3.0;

/// What one or several threads did in the time of one column, in microseconds.
#[derive(Clone, Copy, Default)]
struct Column {
    ran: u64,
    queued: u64,
    asleep: u64,
}

/// What threads do, in the order of their names in a legend.
#[derive(Default)]
struct Outlines {
    ran: Outline,
    queued: Outline,
    asleep: Outline,
}

/// All rows, and their height.
pub(super) fn rows(lanes: &Lanes, scale: &Scale) -> (Group, f64) {
    let threads = &lanes.threads;
    let in_a_row = threads.len().div_ceil(MOST).max(1);
    let few = threads.len() <= FEW;
    let (row, gap) = if few { (22.0, 7.0) } else { (9.0, 2.0) };
    let (mut outlines, mut drawn) = (Outlines::default(), labelled(lanes, in_a_row));
    let rows: Vec<_> = threads.chunks(in_a_row).collect();
    for (number, threads) in rows.iter().enumerate() {
        let top = number as f64 * (row + gap);
        outlines.add(&columns(threads, lanes.until_us), scale.x(lanes.until_us), top, row);
        if let ([thread], true) = (*threads, few) {
            drawn = drawn.add(holding(lanes, thread, scale, top));
            if let Some((text, x)) = text_in(thread, lanes.until_us, scale, rows.len() > 1) {
                drawn = drawn.add(line("", x, top + 14.0, &text));
            }
        }
    }
    let height = rows.len() as f64 * (row + gap);
    let least = if in_a_row > 1 { 40.0 } else { 18.0 };
    (outlines.drawn(drawn), if threads.is_empty() { 0.0 } else { height.max(least) })
}

fn labelled(lanes: &Lanes, in_a_row: usize) -> Group {
    let label = Group::new().set("class", "threads");
    let text = match (lanes.threads.len(), lanes.unwatched_threads()) {
        (0, _) => return label,
        (threads, 0) => times(threads, "thread"),
        (threads, more) => format!("{threads} of {} threads", threads + more),
    };
    let label = label.add(line("", MARGIN, 15.0, &text));
    match in_a_row {
        1 => label,
        _ => label.add(line("muted", MARGIN, 36.0, &format!("{in_a_row} in a row"))),
    }
}

/// What a thread is called and where it slept most: in the longest stretch of that, or behind the run.
fn text_in(thread: &ThreadLane, until_us: u64, scale: &Scale, is_named: bool) -> Option<(String, f64)> {
    let (call, asleep_us) = thread.asleep_us().into_iter().next()?;
    let in_it = |stretch: &&Stretch| matches!(&stretch.state, ThreadState::AsleepIn(name) if name == call);
    let longest = thread.stretches.iter().filter(in_it).max_by_key(|stretch| stretch.length_us())?;
    let (left, right) = (scale.x(longest.from_us), scale.x(longest.until_us));
    let named = if is_named { format!("{}: ", clean(&thread.thread.name)) } else { String::new() };
    let text = format!("{named}asleep in {}", clean(call));
    let (room, behind) = (width(&text, SMALL) + 12.0, scale.x(until_us) + 12.0);
    if room <= right - left {
        return Some((text, left + 8.0));
    }
    let slept_most = asleep_us * 2 > thread.seen_us();
    (slept_most && room <= LANES.end - behind).then_some((text, behind))
}

/// A bar above each stretch in which this thread kept answers waiting.
fn holding(lanes: &Lanes, thread: &ThreadLane, scale: &Scale, top: f64) -> Group {
    let mut bars = Outline::default();
    for held in blocked(lanes).iter().filter(|held| held.thread == thread.thread.thread) {
        bars.rectangle(scale.x(held.from_us), scale.x(held.until_us) - 1.0, top - 5.0, 4.0);
    }
    bars.drawn("holds").into_iter().fold(Group::new(), Group::add)
}

fn columns(threads: &[ThreadLane], until_us: u64) -> Vec<Column> {
    let mut columns = vec![Column::default(); COLUMNS as usize];
    let column_of = |at_us: u64| at_us.saturating_mul(COLUMNS).checked_div(until_us).unwrap_or(0);
    let begin_of = |column: u64| column.saturating_mul(until_us) / COLUMNS;
    for stretch in threads.iter().flat_map(|thread| &thread.stretches) {
        for column in column_of(stretch.from_us)..=column_of(stretch.until_us).min(COLUMNS - 1) {
            let (begins, ends) = (begin_of(column), begin_of(column + 1));
            let spent_us = stretch.until_us.min(ends).saturating_sub(stretch.from_us.max(begins));
            columns[column as usize].add(&stretch.state, spent_us);
        }
    }
    columns
}

impl Column {
    fn add(&mut self, state: &ThreadState, spent_us: u64) {
        match state {
            ThreadState::Runs => self.ran += spent_us,
            ThreadState::Queued => self.queued += spent_us,
            ThreadState::AsleepIn(_) => self.asleep += spent_us,
        }
    }

    /// How high each state is in a row, from below, in whole units; what is there at all is seen.
    fn heights(self, row: f64) -> [f64; 3] {
        let seen = self.ran + self.queued + self.asleep;
        let height = |spent_us: u64| (spent_us as f64 / seen.max(1) as f64 * row).ceil();
        let ran = height(self.ran);
        let asleep = if self.asleep > 0 { ASLEEP } else { 0.0 };
        [ran, height(self.queued).min(row - ran), (asleep - ran).max(0.0)]
    }
}

impl Outlines {
    /// Draws a row; columns that are alike are one rectangle.
    fn add(&mut self, columns: &[Column], right: f64, top: f64, row: f64) {
        let heights: Vec<_> = columns.iter().map(|column| column.heights(row)).collect();
        let x = |column: usize| LANES.start + column as f64 * (right - LANES.start) / columns.len() as f64;
        let bottom = top + row;
        let mut column = 0;
        for alike in heights.chunk_by(|one, next| one == next) {
            let (from, until) = (x(column), x(column + alike.len()));
            column += alike.len();
            let [ran, queued, asleep] = alike[0];
            self.ran.rectangle(from, until, bottom - ran, ran);
            self.queued.rectangle(from, until, bottom - ran - queued, queued);
            self.asleep.rectangle(from, until, bottom - asleep, asleep);
        }
    }

    fn drawn(self, rows: Group) -> Group {
        let paths = [self.asleep.drawn("asleep"), self.queued.drawn("queued"), self.ran.drawn("runs")];
        paths.into_iter().flatten().fold(rows, Group::add)
    }
}
