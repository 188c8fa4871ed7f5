//! `meanwhile list`: the models, what each waits with, and where it can run.

use std::process::ExitCode;

use clap::Args;
use comfy_table::CellAlignment::Left;

use crate::grid::{self, Column, Rule};
use crate::models::{Entry, MODELS, Setup};
use crate::{Error, screen, text};

/// The width of sentences where nothing limits it.
const WIDTH: usize = 100;

/// How to show the models.
#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// Print the table of README.md
    #[arg(long)]
    markdown: bool,
}

/// Prints the list; a model that cannot be made here says why.
///
/// # Errors
/// Standard output cannot be written.
pub(super) fn list(args: &ListArgs) -> Result<ExitCode, Error> {
    text::say(&if args.markdown { markdown() } else { table() })?;
    Ok(ExitCode::SUCCESS)
}

/// All that the entries say, and what to learn from models that are not meant to be fast.
fn table() -> String {
    let rows: Vec<_> = MODELS.iter().collect();
    let width = screen::width();
    let lines = grid::lines(&columns(), &rows, Rule::None, width);
    let lessons = MODELS.iter().filter(|entry| !entry.lesson.is_empty());
    let lesson = |entry: &Entry| {
        let lesson = format!("{}: {}", entry.name, entry.lesson);
        format!(" {}\n", screen::wrapped(&lesson, width.unwrap_or(WIDTH).saturating_sub(4), "   "))
    };
    format!("{}\n\n{}", lines.join("\n"), lessons.map(lesson).collect::<String>())
}

/// By what a reader misses least: the columns with the largest numbers give way first.
fn columns() -> [Column<&'static Entry>; 5] {
    [
        column("model", 0, |entry| entry.name.into()),
        Column { wraps_to: Some(40), ..column("waits", 0, |entry| entry.waits.into()) },
        column("at once", 2, |entry| entry.at_once.to_string()),
        column("cancels", 3, |entry| entry.cancels.to_string()),
        column("runs", 1, |entry| runs(entry)),
    ]
}

fn column(
    header: &'static str,
    gives_way: u8,
    cell: fn(&&'static Entry) -> String,
) -> Column<&'static Entry> {
    Column { header, gives_way, alignment: Left, wraps_to: None, cell }
}

fn markdown() -> String {
    let mut lines = String::from("| model | how it waits | crate |\n|---|---|---|\n");
    for Entry { name, waits, folder, .. } in MODELS {
        lines += &format!("| `{name}` | {waits} | [`crates/{folder}`](crates/{folder}) |\n");
    }
    lines
}

fn runs(entry: &Entry) -> String {
    match (entry.new)(&Setup::default()) {
        Ok(_) => entry.platform.to_string(),
        Err(error) => format!("{}, not here: {error}", entry.platform),
    }
}
