//! `meanwhile list`: the models, what each waits with, and where it can run.

use comfy_table::Table;
use comfy_table::presets::NOTHING;

use crate::models::{AtOnce, DEFAULT_WORKERS, Entry, MODELS, Setup};
use crate::text;

/// Prints the list, and what to learn from models that are not meant to be fast; one that can't be made says why.
pub(crate) fn list() {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["model", "waits", "at once", "runs"]);
    for entry in MODELS {
        table.add_row([entry.name.into(), entry.waits.into(), at_once(entry.at_once), runs(entry)]);
    }
    let lessons = MODELS.iter().filter(|entry| !entry.lesson.is_empty());
    let lessons = lessons.map(|entry| format!(" {}: {}\n", entry.name, entry.lesson)).collect::<String>();
    text::say(&format!("{}\n\n{lessons}", table.trim_fmt()));
}

fn at_once(at_once: AtOnce) -> String {
    match at_once {
        AtOnce::One => "1 call".into(),
        AtOnce::Workers => format!("{DEFAULT_WORKERS} calls"),
        AtOnce::Unlimited => "all calls".into(),
    }
}

fn runs(entry: &Entry) -> String {
    match entry.make(&Setup::default()) {
        Ok(_) => entry.platform.to_string(),
        Err(error) => format!("{}, not here: {error}", entry.platform),
    }
}
