//! A run as lines of text: a lane for each thread and for each call, on one time axis.
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
use crate::words::{plain, seconds};
use crate::{Lanes, blocked, sentence};

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
/// The heading, two empty lines, and the two lines of the axis.
const FIXED_LINES: usize = 5;

/// The picture of a run, and its sentence.
#[must_use]
pub fn terminal(lanes: &Lanes, size: Size) -> Vec<Line> {
    let columns = size.columns.max(LEAST_COLUMNS) - 1;
    let below = [missing(lanes, columns), told(lanes, columns)].concat();
    let legend_lines = legend::lines(&legend::all(), columns).len();
    let room = size.rows.saturating_sub(FIXED_LINES + legend_lines + below.len()).max(LEAST_LANES);
    let [threads, calls] = rows(lanes, room);
    let all = || threads.iter().chain(&calls);
    let labels = all().map(|row| width(&row.label)).max().unwrap_or(0);
    let notes = all().map(|row| width(&row.note.text)).max().unwrap_or(0);
    let axis = Axis::new(columns.saturating_sub(labels + notes + 2), lanes.until_us);
    let [threads, calls] = [threads, calls].map(|rows| Lane::all(rows, lanes, axis));

    let signs: Vec<_> = threads.iter().chain(&calls).flat_map(|lane| &lane.cells).copied().collect();
    let parts = [threads, calls].map(|part| part.iter().map(|lane| lane.line(labels)).collect::<Vec<_>>());
    let indent = " ".repeat(labels + 1);
    let axis = axis.lines().map(|text| vec![Piece::new(format!("{indent}{text}"), Paint::Faint)]);
    let mut lines = vec![heading(lanes, columns)];
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        lines.push(Line::new());
        lines.extend(part);
    }
    lines.extend(axis);
    lines.extend(legend::lines(&signs, columns));
    lines.extend(below);
    lines
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

/// The contestant, and what it was to do.
fn heading(lanes: &Lanes, columns: usize) -> Line {
    let about = &lanes.about;
    let name = fitted(&plain(&about.contestant), columns);
    let latency = seconds(about.latency_ms.saturating_mul(1_000)).replace(".0", "");
    let mut facts = vec![match about.calls {
        1 => format!("1 call, answered after {latency}"),
        calls => format!("{calls} calls, each answered after {latency}"),
    }];
    facts.extend(about.in_flight.map(|most| format!("at most {most} at once")));
    facts.extend((!about.work.is_empty()).then(|| format!("with {} of work for each", plain(&about.work))));
    facts.extend(about.waits.as_ref().map(|waits| format!("waits {}", plain(waits))));
    let facts = fitted(&format!("  {}", facts.join(", ")), columns - width(&name));
    vec![Piece::new(name, Paint::Title), Piece::new(facts, Paint::Faint)]
}

fn missing(lanes: &Lanes, columns: usize) -> Vec<Line> {
    let told = lanes.missing().iter().map(|what| format!("not seen: {}", plain(what)));
    told.flat_map(|text| wrapped(&text, columns, Paint::Faint)).collect()
}

fn told(lanes: &Lanes, columns: usize) -> Vec<Line> {
    std::iter::once(Line::new()).chain(wrapped(&sentence(lanes), columns, Paint::Title)).collect()
}
