//! Pictures of text, in the colours of this program and in the room that there is.
//!
//! *What to notice*: a picture can be read without its colours. They are left out where standard output is no terminal, as
//! everywhere else in the program.

use clap::Args;
use console::Style;
use timeline::{CallState, LEAST_LANES, Lanes, Line, Paint, Size, Timeline};

use crate::screen;

/// Columns where standard output is no terminal.
const PIPED_WIDTH: usize = 100;
/// Lines where it is none: 20 calls have a lane each.
const PIPED_ROWS: usize = 40;
/// The least lines of a picture.
const LEAST_ROWS: usize = 3 * LEAST_LANES;

/// How large a picture of text may be.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct PictureSize {
    /// How many lines a picture may have: what does not fit is folded [default: those of the terminal, or 40]
    #[arg(long, value_name = "N", value_parser = rows)]
    rows: Option<usize>,
}

impl PictureSize {
    /// The pictures of these runs, ready to be printed, all on one time axis.
    pub(crate) fn pictures(self, timelines: &[Timeline]) -> String {
        let lanes: Vec<_> = timelines.iter().map(Lanes::of).collect();
        let pictures = timeline::terminal(&lanes, self.size());
        let text = |lines: Vec<Line>| lines.iter().map(painted).collect::<String>();
        pictures.into_iter().map(text).collect::<Vec<_>>().join("\n\n")
    }

    fn size(self) -> Size {
        // One line is left for the shell.
        let on_screen = || screen::height().map(|rows| rows.saturating_sub(1).max(LEAST_ROWS));
        let rows = self.rows.or_else(on_screen).unwrap_or(PIPED_ROWS);
        Size { columns: screen::width().unwrap_or(PIPED_WIDTH), rows }
    }
}

fn painted(line: &Line) -> String {
    let pieces = line.iter().map(|piece| colour(piece.paint).apply_to(&piece.text).to_string());
    let line = pieces.collect::<String>();
    format!("{}\n", line.trim_end())
}

fn colour(paint: Paint) -> Style {
    match paint {
        Paint::Plain => Style::new(),
        Paint::Title => Style::new().bold(),
        Paint::Faint | Paint::Call(CallState::Connecting) => Style::new().dim(),
        Paint::Runs | Paint::Call(CallState::Computing) => Style::new().green(),
        Paint::Blocks | Paint::Unanswered => Style::new().red().bold(),
        Paint::Queued | Paint::Call(CallState::Ready) => Style::new().magenta(),
        Paint::Asleep | Paint::AsleepElsewhere => Style::new().blue(),
        Paint::Call(CallState::Waiting) => Style::new().yellow(),
        Paint::Call(CallState::Receiving) => Style::new().cyan(),
    }
}

/// A height on the command line.
fn rows(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (LEAST_ROWS..=10_000).contains(number));
    number.ok_or_else(|| format!("write a whole number from {LEAST_ROWS} to 10000"))
}
