//! The page of the runs that a file of timelines has.

use std::collections::BTreeSet;

use contestant::text::{counted, human};
use timeline::page::{Page, Run, Section};
use timeline::{File, Header, Lanes, Timeline};

use std::time::Duration;

/// All runs of a file, on one axis for each number of calls.
pub(crate) fn of_file(file: &File) -> Page {
    let numbers: BTreeSet<_> = file.timelines.iter().map(|timeline| timeline.about.calls).collect();
    let runs = |calls| file.timelines.iter().filter(move |timeline| timeline.about.calls == calls);
    let mut sections: Vec<_> =
        numbers.into_iter().map(|calls| timelines(heading(runs(calls).next(), calls), runs(calls))).collect();
    sections.push(origin(file));
    Page { title: title(file), sections, ..Page::default() }
}

/// Runs on one axis.
pub(crate) fn timelines<'run>(heading: String, runs: impl Iterator<Item = &'run Timeline>) -> Section {
    Section::Timelines { heading, runs: runs.map(|timeline| Run::of(&Lanes::of(timeline))).collect() }
}

fn heading(of: Option<&Timeline>, calls: usize) -> String {
    let about = of.map(|timeline| timeline.about.clone()).unwrap_or_default();
    let work =
        if about.work.is_empty() { String::new() } else { format!(", with {} of work for each", about.work) };
    let latency = human(Duration::from_millis(about.latency_ms));
    format!("{}, each answered after {latency}{work}", counted(calls, "call"))
}

/// The names, as far as a line has room for them.
fn title(file: &File) -> String {
    let mut names: Vec<&str> = Vec::new();
    for timeline in &file.timelines {
        if !names.contains(&timeline.about.contestant.as_str()) {
            names.push(&timeline.about.contestant);
        }
    }
    match names.as_slice() {
        [] => "No run".into(),
        [name] => format!("What {name} did"),
        names if names.len() <= 4 => format!("What {} did", names.join(", ")),
        names => format!("What {} contestants did", names.len()),
    }
}

fn origin(file: &File) -> Section {
    let Header { program, machine, began, command, .. } = &file.header;
    let facts = [("command", command), ("begun", began), ("program", program), ("machine", machine)];
    // A file of an earlier version does not say all of it.
    let known = facts.into_iter().filter(|(_, value)| !value.is_empty());
    Section::Facts {
        heading: "Where this is from".into(),
        facts: known.map(|(name, value)| [name.into(), value.clone()]).collect(),
    }
}
