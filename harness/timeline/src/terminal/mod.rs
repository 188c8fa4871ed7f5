//! Runs as lines of text: a lane for each thread and for each call, on one time axis for all of them.
//!
//! *What to notice*: each state has a sign of its own, so that the picture can be read without colour. The
//! caller chooses the colours: a line is made of pieces, and each says what it shows. What does not fit is folded: threads that did the same, and
//! calls that follow each other.
//!
//! *What is deliberately missing*: a terminal. The caller knows its size, and whether it has colours.

mod axis;
mod legend;
mod piece;
mod row;

use self::axis::Axis;
pub use self::piece::{Line, Paint, Piece};
use self::piece::{fitted, width, wrapped};
use self::row::{Cell, Row, rows};
use crate::words::{count, plain, seconds};
use crate::{About, Lanes, blocked, sentence};

/// How much room there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns; the last one stays empty.
    pub columns: usize,
    /// Lines; the lanes take at least [`LEAST_LANES`] of them.
    pub rows: usize,
}

/// The least number of lines with lanes, however few there are.
pub const LEAST_LANES: usize = 4;
/// The least width; a narrower terminal breaks the lines.
const LEAST_COLUMNS: usize = 40;
/// Two empty lines, and the two lines of the axis.
const FIXED_LINES: usize = 4;
/// The least columns for what a contestant was to do beside its name.
const LEAST_FACTS: usize = 24;

/// The picture of each run, and its sentence. All have one time axis, so that their lanes can be compared.
#[must_use]
pub fn terminal(runs: &[Lanes], size: Size) -> Vec<Vec<Line>> {
    let columns = size.columns.max(LEAST_COLUMNS) - 1;
    let pictures: Vec<_> = runs.iter().map(|lanes| Picture::of(lanes, columns, size.rows)).collect();
    let rows = || pictures.iter().flat_map(|picture| picture.threads.iter().chain(&picture.calls));
    let labels = rows().map(|row| width(&row.label)).max().unwrap_or(0);
    let notes = rows().map(|row| width(&row.note.text)).max().unwrap_or(0);
    let until_us = runs.iter().map(|lanes| lanes.until_us).max().unwrap_or(0);
    let axis = Axis::new(columns.saturating_sub(labels + notes + 2), until_us);
    pictures.into_iter().map(|picture| picture.lines(labels, axis, columns)).collect()
}

/// A run, and what does not depend on the axis.
struct Picture<'lanes> {
    lanes: &'lanes Lanes,
    above: Vec<Line>,
    threads: Vec<Row<'lanes>>,
    calls: Vec<Row<'lanes>>,
    below: Vec<Line>,
}

impl<'lanes> Picture<'lanes> {
    fn of(lanes: &'lanes Lanes, columns: usize, rows: usize) -> Self {
        let above = heading(lanes, columns);
        let below = [missing(lanes, columns), told(lanes, columns)].concat();
        let legend_lines = legend::lines(&legend::all(), columns).len();
        let lines = FIXED_LINES + legend_lines + above.len() + below.len() + undrawn(lanes).len();
        let [threads, calls] = self::rows(lanes, rows.saturating_sub(lines).max(LEAST_LANES));
        Self { lanes, above, threads, calls, below }
    }

    fn lines(self, labels: usize, axis: Axis, columns: usize) -> Vec<Line> {
        let [threads, calls] = [self.threads, self.calls].map(|rows| Lane::all(rows, self.lanes, axis));
        let signs: Vec<_> = threads.iter().chain(&calls).flat_map(|lane| &lane.cells).copied().collect();
        let drawn = |lanes: &[Lane<'_>]| lanes.iter().map(|lane| lane.line(labels)).collect::<Vec<_>>();
        let threads = [drawn(&threads), undrawn(self.lanes)].concat();
        let indent = " ".repeat(labels + 1);
        let axis = axis.lines().map(|text| vec![Piece::new(format!("{indent}{text}"), Paint::Faint)]);
        let mut lines = self.above;
        for part in [threads, drawn(&calls)].into_iter().filter(|part| !part.is_empty()) {
            lines.push(Line::new());
            lines.extend(part);
        }
        lines.extend(axis);
        lines.extend(legend::lines(&signs, columns));
        lines.extend(self.below);
        lines
    }
}

/// What stands below the lanes of threads, if they are not all of them.
fn undrawn(lanes: &Lanes) -> Vec<Line> {
    let more = match lanes.unwatched_threads() {
        0 => return Vec::new(),
        threads => count(
            threads,
            " more thread is not drawn: it was not watched",
            " more threads are not drawn: they were not watched",
        ),
    };
    vec![vec![Piece::new(more, Paint::Faint)]]
}

/// A row, and its cells.
struct Lane<'lanes> {
    row: Row<'lanes>,
    cells: Vec<Cell>,
}

impl<'lanes> Lane<'lanes> {
    fn all(rows: Vec<Row<'lanes>>, lanes: &Lanes, axis: Axis) -> Vec<Self> {
        let blocked = blocked(lanes);
        rows.into_iter().map(|row| Self { cells: row.cells(lanes, &blocked, axis), row }).collect()
    }

    fn line(&self, labels: usize) -> Line {
        let Row { label, note, .. } = &self.row;
        let blanks = " ".repeat(labels + 1 - width(label));
        let mut line = vec![Piece::new(format!("{label}{blanks}"), Paint::Plain)];
        line.extend(
            self.cells.chunk_by(|one, next| one.paint == next.paint).map(|cells| {
                Piece::new(cells.iter().map(|cell| cell.sign).collect::<String>(), cells[0].paint)
            }),
        );
        line.push(Piece::new(format!(" {}", note.text), note.paint));
        line
    }
}

/// The contestant, and what it was to do, in as many lines as that needs.
fn heading(lanes: &Lanes, columns: usize) -> Vec<Line> {
    let name = fitted(&plain(&lanes.about.contestant), columns);
    let beside = width(&name) + 2;
    let has_room = beside + LEAST_FACTS <= columns;
    let indent = if has_room { beside } else { 2 };
    let facts = wrapped(&facts(&lanes.about), columns - indent, Paint::Faint);
    let indented = |line: Line| [vec![Piece::new(" ".repeat(indent), Paint::Faint)], line].concat();
    let mut lines: Vec<Line> = facts.into_iter().map(indented).collect();
    let title = Piece::new(name, Paint::Title);
    if has_room {
        lines[0][0] = Piece::new("  ", Paint::Faint);
        lines[0].insert(0, title);
    } else {
        lines.insert(0, vec![title]);
    }
    lines
}

fn facts(about: &About) -> String {
    let latency = seconds(about.latency_ms.saturating_mul(1_000)).replace(".0", "");
    let mut facts = vec![match about.calls {
        1 => format!("1 call, answered after {latency}"),
        calls => format!("{calls} calls, each answered after {latency}"),
    }];
    facts.extend((!about.jitter.is_empty()).then(|| format!("jitter {}", plain(&about.jitter))));
    facts.extend(about.in_flight.map(|most| format!("at most {most} at once")));
    facts.extend((!about.work.is_empty()).then(|| format!("with {} of work for each", plain(&about.work))));
    facts.extend(about.waits.as_ref().map(|waits| format!("waits {}", plain(waits))));
    facts.join(", ")
}

fn missing(lanes: &Lanes, columns: usize) -> Vec<Line> {
    let told = lanes.missing().iter().map(|what| format!("not seen: {}", plain(what)));
    told.flat_map(|text| wrapped(&text, columns, Paint::Faint)).collect()
}

fn told(lanes: &Lanes, columns: usize) -> Vec<Line> {
    std::iter::once(Line::new()).chain(wrapped(&sentence(lanes), columns, Paint::Title)).collect()
}
