//! The lines below the tables: what the columns mean, when rows tie, and what to learn from them.

use console::style;
use downstream_call::Work;

use super::ranks::Floor;
use super::report::RaceReport;
use super::{RaceArgs, projector};
use crate::models::{Entry, MODELS};
use crate::origin::as_word;
use crate::screen;

/// The width of a line where nothing limits it.
const WIDTH: usize = 100;

/// What the last column means.
const RELATIVE: &str = "relative: wall, as a multiple of the fastest";

/// What the columns of a race with jitter mean.
pub(super) const PERCENTILES: &str = "p50, p90, p99, max: when this share of the calls was answered, as the mock saw it, from the start of the process \
     on: what a call waits for its turn counts; call 7 has the same latency for every contestant";

/// Why rows of one rank stand as they do.
pub(super) const ORDER_OF_A_RANK: &str =
    "within a rank: the order in which the book teaches the models, since such times differ by chance";

/// How many models, and how many calls, can be compared in one picture.
const MODELS_TO_TRACE: usize = 2;
const CALLS_TO_TRACE: usize = 20;

/// What the columns mean, and what to learn from the rows.
pub(crate) fn notes(report: &RaceReport, args: &RaceArgs) -> String {
    if args.projector {
        return projector::notes(args);
    }
    let rounds = report.most_rounds();
    let mut notes = vec![
        "wall, user, system, peak RSS, peak threads: one process each, measured from outside".into(),
        "CPU: user and system as a share of wall; the kernel tells the two apart by its ticks of some ms"
            .into(),
        "in flight: the most calls that the mock saw at a time".into(),
        if args.has_jitter() { PERCENTILES } else { RELATIVE }.into(),
        rule_of_ranks(rounds),
        ORDER_OF_A_RANK.into(),
    ];
    if rounds > 1 {
        notes
            .push("medians of all rounds; ± is half of what lies between the fastest and the slowest".into());
    }
    if report.environment.build == "debug" {
        notes.push("built without optimization: cargo run --release has numbers worth keeping".into());
    }
    let work = where_work_shows(report, args);
    let lines = notes.into_iter().chain(work).chain(lessons(report)).chain(report.remarks());
    let lines: Vec<_> = lines.map(|line| style(note(&line)).dim().to_string()).collect();
    format!("\n{}\n", lines.join("\n"))
}

/// Where to look for the calls that wait while another one is computed: the mock does not see that.
fn where_work_shows(report: &RaceReport, args: &RaceArgs) -> Option<String> {
    let ran = |entry: &&Entry| {
        report.results.iter().any(|standing| standing.contestant == entry.name && standing.median.is_some())
    };
    let models: Vec<_> = MODELS.iter().filter(ran).map(|entry| entry.name).take(MODELS_TO_TRACE).collect();
    if matches!(args.how.work.0, Work::None) || models.is_empty() {
        return None;
    }
    let calls = args.most_calls().min(CALLS_TO_TRACE).to_string();
    let (latency, work) = (humantime::format_duration(args.latency).to_string(), args.how.work.to_string());
    // Durations may have blanks: 1s 500ms.
    let options = ["--calls", &calls, "--latency", &as_word(&latency), "--work", &as_word(&work)].join(" ");
    let words = format!("{} {options}", models.join(" "));
    Some(format!(
        "work: wall is when the last call was done; what each call waited for: meanwhile trace {words}"
    ))
}

/// When two rows tie.
pub(super) fn rule_of_ranks(rounds: usize) -> String {
    let Floor { seconds, share } = Floor::of(rounds);
    let floor = format!("{:.0} ms or {} %", seconds * 1000.0, share * 100.0);
    let tie = format!("rank: rows within {floor} of the first one tie");
    match rounds {
        0 | 1 => format!("{tie}, since one round may be late by chance; --rounds 10 tells more apart"),
        _ => format!("{tie}, and rows whose ± overlap"),
    }
}

/// A line below the table, broken where it does not fit.
pub(super) fn note(line: &str) -> String {
    let indent = if line.starts_with("  ") { "   " } else { " " };
    let width = screen::width().map_or(WIDTH, |width| width.min(WIDTH));
    let room = width.saturating_sub(indent.len());
    format!("{indent}{}", screen::wrapped(line.trim_start(), room, &format!("{indent}  ")))
}

/// What to learn from the rows of the models that took part.
fn lessons(report: &RaceReport) -> impl Iterator<Item = String> {
    let took_part = |entry: &&Entry| report.results.iter().any(|standing| standing.contestant == entry.name);
    let told = MODELS.iter().filter(|entry| !entry.lesson.is_empty()).filter(took_part);
    told.map(|entry| format!("{}: {}", entry.name, entry.lesson))
}
