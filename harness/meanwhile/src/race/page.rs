//! The page of a race: for each number of calls the ranked bars, the table and the timelines; then the environment, and the
//! rules that make the rows comparable.

mod numbers;

use timeline::Timeline;
use timeline::page::{Bar, Page, Section};

use super::notes::{ORDER_OF_A_RANK, rule_of_ranks};
use super::ranks::in_order;
use super::report::{RaceReport, Standing};
use super::round::Round;
use super::statistics::spread_s;
use super::{Environment, RaceArgs};
use crate::page::timelines;

/// What the race does so that its rows can be compared; the book's page on fairness says how.
const FAIRNESS: [&str; 7] = [
    "Every contestant is a process of its own, and they run one after the other.",
    "All of them get the same calls to the same downstream, and ask for the same bytes.",
    "The order is drawn anew for each round; the numbers are medians of all rounds, with their spread.",
    "Nothing is shared between contestants, and nothing is warmed for them: each pays for its own start.",
    "Answers are checked in every round, outside the time that is measured, against what the downstream counted.",
    "The next contestant starts when the downstream has no open connection.",
    "Runs with a timeline are watched: each thread is looked at every few milliseconds, by another process.",
];

/// The page of this race; `runs` are those that were watched, and a room may have made predictions.
pub(crate) fn of_race(
    report: &RaceReport,
    args: &RaceArgs,
    runs: &[Timeline],
    predictions: Option<Section>,
) -> Page {
    let mut sections: Vec<_> = predictions.into_iter().collect();
    for calls in args.numbers_of_calls() {
        sections.extend(of_calls(report, args, calls.get(), runs));
    }
    sections.push(environment(&report.environment));
    let paragraphs = FAIRNESS.map(String::from).into();
    sections.push(Section::Words { heading: "What makes the rows comparable".into(), paragraphs });
    let numbers: Vec<_> = args.numbers_of_calls().iter().map(ToString::to_string).collect();
    Page { title: format!("Race: {} calls", numbers.join(", ")), lead: lead(report), sections, source: None }
}

fn lead(report: &RaceReport) -> Vec<String> {
    let debug = "built without optimization: cargo run --release has numbers worth keeping";
    let build = (report.environment.build == "debug").then(|| debug.to_owned());
    build.into_iter().chain(report.remarks()).collect()
}

/// What there is of one number of calls.
fn of_calls(report: &RaceReport, args: &RaceArgs, calls: usize, runs: &[Timeline]) -> Vec<Section> {
    let of_calls: Vec<_> =
        report.results.iter().filter(|standing| standing.calls == calls).cloned().collect();
    let mut ranked = in_order(&of_calls);
    ranked.extend(of_calls.iter().filter(|standing| standing.rank.is_none()));
    if ranked.is_empty() {
        return Vec::new();
    }
    let headline = args.headline(calls);
    let shown: Vec<_> = ranked.iter().filter_map(|standing| typical(standing, runs)).collect();
    let mut sections = vec![
        bars(&headline, &ranked, report.most_rounds()),
        numbers::table(&headline, &ranked, args.has_jitter()),
    ];
    if !shown.is_empty() {
        sections.push(timelines(format!("What happened when: {headline}"), shown.into_iter()));
    }
    sections
}

/// The run that took as long as the median, or the nearest one to it; of a contestant that failed, the last.
fn typical<'run>(standing: &Standing, runs: &'run [Timeline]) -> Option<&'run Timeline> {
    let own = |timeline: &&Timeline| {
        timeline.about.contestant == standing.contestant && timeline.about.calls == standing.calls
    };
    let mut own = runs.iter().filter(own);
    let Some(median) = &standing.median else { return own.next_back() };
    own.min_by(|one, other| off(standing, median, one).total_cmp(&off(standing, median, other)))
}

/// How far the wall of a run is from the median.
fn off(standing: &Standing, median: &Round, run: &Timeline) -> f64 {
    let round = standing.rounds.get(run.about.round.saturating_sub(1));
    round.map_or(f64::INFINITY, |round| (round.wall_s - median.wall_s).abs())
}

fn bars(headline: &str, ranked: &[&Standing], rounds: usize) -> Section {
    let bar = |standing: &&Standing| Bar {
        rank: standing.rank.map_or_else(String::new, |rank| rank.to_string()),
        name: standing.contestant.clone(),
        value: standing.median.as_ref().map(|median| median.wall_s),
        spread: spread(standing),
        text: match &standing.median {
            Some(median) if standing.rounds.len() > 1 => {
                format!("{:.3} s ±{:.3}", median.wall_s, spread_s(&standing.rounds))
            }
            Some(median) => format!("{:.3} s", median.wall_s),
            None => reason(standing),
        },
    };
    Section::Bars {
        heading: headline.to_owned(),
        caption: caption_of_bars(rounds),
        bars: ranked.iter().map(bar).collect(),
    }
}

/// What the lengths mean, and why the bars stand in this order.
fn caption_of_bars(rounds: usize) -> String {
    let spread = match rounds {
        0 | 1 => "",
        _ => " A line across the end of a bar goes from the fastest round to the slowest.",
    };
    let ranks = format!("{}; {ORDER_OF_A_RANK}", rule_of_ranks(rounds));
    format!(
        "The time from the start of each process to its end, and its rank: the shorter, the better.{spread} {}.",
        sentence(&ranks)
    )
}

/// With a capital letter: below the table of a terminal, notes have none.
fn sentence(note: &str) -> String {
    let mut rest = note.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// From the fastest round to the slowest, if there were several.
fn spread(standing: &Standing) -> Option<[f64; 2]> {
    standing.median.as_ref().filter(|_| standing.rounds.len() > 1)?;
    let walls = || standing.rounds.iter().map(|round| round.wall_s);
    Some([walls().fold(f64::INFINITY, f64::min), walls().fold(0.0, f64::max)])
}

/// Why there is no number.
fn reason(standing: &Standing) -> String {
    match (&standing.failed, &standing.not_run) {
        (Some(why), _) => format!("failed: {why}"),
        (None, Some(why)) => format!("not run: {why}"),
        (None, None) => "no result".into(),
    }
}

fn environment(environment: &Environment) -> Section {
    let fact = |name: &str, value: String| [name.to_owned(), value];
    let known = |value: &Option<String>| value.clone().unwrap_or_else(|| "unknown".into());
    let mebibytes = |bytes: u64| format!("{} MiB", bytes >> 20);
    let mut facts = vec![
        fact("command", environment.command.clone()),
        fact("begun", environment.began.clone()),
        fact("program", format!("{}, {} build", environment.program, environment.build)),
        fact(
            "system",
            format!("{} {}, {}", environment.os, known(&environment.kernel), environment.architecture),
        ),
        fact("processor", known(&environment.cpu)),
        fact("cores", known(&environment.cores.map(|cores| cores.to_string()))),
        fact("memory", known(&environment.memory_bytes.map(mebibytes))),
        fact("descriptors of a process", environment.descriptor_limit.to_string()),
        fact("the downstream answers after", format!("{} ms", environment.latency_ms)),
        fact("a call may take", format!("{} ms", environment.timeout_ms)),
        fact("work with each reply", environment.work.clone()),
        fact(
            "workers of a pool",
            environment.workers.map_or_else(|| "its own number".into(), |workers| workers.to_string()),
        ),
        fact("rounds", environment.rounds.to_string()),
        fact("seed of the order", environment.seed.to_string()),
    ];
    facts.extend(environment.programs.iter().map(|(name, command)| fact(name, command.clone())));
    Section::Facts { heading: "Where and how it was run".into(), facts }
}
