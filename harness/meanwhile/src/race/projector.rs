//! The table for a projector: few rows, few columns, and a sentence for each row.
//!
//! *What to notice*: a row is two lines and a blank one, so that the room can follow a finger; seconds have two decimals,
//! since the third is noise.

use console::style;

use super::RaceArgs;
use super::ranks::in_order;
use super::report::Standing;
use super::round::Round;
use crate::models::MODELS;
use crate::screen;

/// More rows than this cannot be read from the last row of seats.
const ROWS: usize = 10;

/// As wide as a table gets, and the width of the longest name.
const WIDTH: usize = 80;
const NAME: usize = 24;

/// The results for one number of calls, by rank, then the contestants without a result.
pub(super) fn table(standings: &[Standing], args: &RaceArgs) -> String {
    let Some(calls) = standings.first().map(|standing| standing.calls) else { return String::new() };
    let width = screen::width().map_or(WIDTH, |width| width.min(WIDTH));
    let header = if args.has_jitter() {
        line("", "seconds", "p50", "p99", width)
    } else {
        line("", "seconds", "threads", "in flight", width)
    };
    let mut lines = vec![
        String::new(),
        format!("  {}", style(args.headline(calls)).bold()),
        String::new(),
        style(header).dim().to_string(),
        String::new(),
    ];
    let without = standings.iter().filter(|standing| standing.rank.is_none());
    let all: Vec<_> = in_order(standings).into_iter().chain(without).collect();
    lines.extend(all.iter().take(ROWS).flat_map(|standing| row(standing, args, width)));
    if all.len() > ROWS {
        lines.push(format!("  and {} more: leave out --projector to see them", all.len() - ROWS));
    }
    lines.join("\n") + "\n"
}

/// The name and the numbers, the sentence, and a blank line.
fn row(standing: &Standing, args: &RaceArgs, width: usize) -> [String; 3] {
    let numbers = match &standing.median {
        Some(median) => {
            let seconds = format!("{:.2}", median.wall_s);
            let [one, other] = numbers_beside(median, args.has_jitter());
            line(&standing.contestant, &seconds, &one, &other, width)
        }
        None => line(&standing.contestant, "–", "–", "–", width),
    };
    let sentence = screen::wrapped(&sentence(standing, args), width.saturating_sub(6), "      ");
    [style(numbers).bold().to_string(), format!("      {sentence}"), String::new()]
}

/// Threads and calls in flight; where latencies differ, when half of the calls and when 99 of 100 were answered.
fn numbers_beside(median: &Round, has_jitter: bool) -> [String; 2] {
    let known = |number: Option<String>| number.unwrap_or_else(|| "–".into());
    if has_jitter {
        let times_s =
            [median.answered.map(|answered| answered.p50_s), median.answered.map(|answered| answered.p99_s)];
        return times_s.map(|time_s| known(time_s.map(|time_s| format!("{time_s:.2}"))));
    }
    [known(median.peak_threads.map(|threads| threads.to_string())), median.peak_in_flight.to_string()]
}

/// The columns, as far apart as the width allows.
fn line(name: &str, seconds: &str, one: &str, other: &str, width: usize) -> String {
    let column = width.saturating_sub(2 + NAME) / 3;
    format!("  {name:NAME$}{seconds:>column$}{one:>column$}{other:>column$}")
}

/// What to learn from the row: why there are no numbers, or the model's lesson, or how it waits.
fn sentence(standing: &Standing, args: &RaceArgs) -> String {
    let without = |what: &str, why: &Option<String>| why.as_ref().map(|why| format!("{what}: {why}"));
    let entry = MODELS.iter().find(|entry| entry.name == standing.contestant);
    without("failed", &standing.failed)
        .or_else(|| without("not run", &standing.not_run))
        .or_else(|| {
            entry.map(|entry| match entry.lesson {
                "" => format!("waits {}", entry.waits),
                lesson => lesson.into(),
            })
        })
        .or_else(|| {
            let program = args.with.iter().find(|program| program.name == standing.contestant)?;
            Some(program.command.clone())
        })
        .unwrap_or_default()
}

/// What the columns mean.
pub(super) fn notes(args: &RaceArgs) -> String {
    let note = if args.has_jitter() {
        "seconds: from the start of the process to its end; p50, p99: when 50 and 99 % of the calls were answered"
    } else {
        "seconds: from the start of the process to its end; in flight: the most calls that the downstream saw at a time"
    };
    let width = screen::width().map_or(WIDTH, |width| width.min(WIDTH));
    format!("  {}\n", style(screen::wrapped(note, width.saturating_sub(4), "  ")).dim())
}
