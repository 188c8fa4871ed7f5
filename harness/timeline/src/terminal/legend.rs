//! The legend: the signs that occur in a picture, and no others.

use super::piece::{Line, Paint, Piece, width};
use super::row::Cell;
use crate::CallState;

/// Between two entries.
const GAP: &str = "   ";

/// The legend of these cells, in as many lines as it needs.
pub(super) fn lines(cells: &[Cell], columns: usize) -> Vec<Line> {
    let mut lines = vec![Line::new()];
    for cell in all().into_iter().filter(|cell| cells.contains(cell)) {
        let entry = [Piece::new(cell.sign, cell.paint), Piece::new(format!(" {}", name(cell)), Paint::Faint)];
        let last = lines.len() - 1;
        if lines[last].is_empty() {
            lines[last].extend(entry);
        } else if used(&lines[last]) + GAP.len() + used(&entry) <= columns {
            lines[last].push(Piece::new(GAP, Paint::Faint));
            lines[last].extend(entry);
        } else {
            lines.push(entry.into());
        }
    }
    lines
}

/// All cells that can occur, but for those in which nothing happens.
pub(super) fn all() -> Vec<Cell> {
    let threads = [Cell::BLOCKS].into_iter().chain(Cell::OF_THREADS);
    threads.chain(CallState::ALL.map(Cell::call)).chain([Cell::UNANSWERED]).collect()
}

fn name(cell: Cell) -> &'static str {
    match cell.paint {
        Paint::Runs => "runs",
        Paint::Blocks => "keeps answers waiting",
        Paint::Queued => "waits for a core",
        Paint::Asleep => "asleep",
        Paint::AsleepElsewhere => "asleep in another call",
        Paint::Call(state) => state.name(),
        Paint::Unanswered => "no answer",
        Paint::Plain | Paint::Title | Paint::Faint => "",
    }
}

fn used(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| width(&piece.text)).sum()
}
