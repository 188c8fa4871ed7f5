//! `meanwhile list`: the models, what each waits with, and where it can run.

use std::process::ExitCode;

use clap::Args;
use comfy_table::Table;
use comfy_table::presets::NOTHING;

use crate::models::{Entry, MODELS, Setup};
use crate::text;

/// How to show the models.
#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// Print the table of README.md
    #[arg(long)]
    markdown: bool,
}

/// Prints the list; a model that cannot be made here says why.
pub(super) fn list(args: &ListArgs) -> ExitCode {
    text::say(&if args.markdown { markdown() } else { table() });
    ExitCode::SUCCESS
}

/// All that the entries say, and what to learn from models that are not meant to be fast.
fn table() -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["model", "waits", "at once", "cancels", "runs"]);
    for entry in MODELS {
        let (at_once, cancels) = (entry.at_once.to_string(), entry.cancels.to_string());
        table.add_row([entry.name.into(), entry.waits.into(), at_once, cancels, runs(entry)]);
    }
    let lessons = MODELS.iter().filter(|entry| !entry.lesson.is_empty());
    let lessons = lessons.map(|entry| format!(" {}: {}\n", entry.name, entry.lesson)).collect::<String>();
    format!("{}\n\n{lessons}", table.trim_fmt())
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
