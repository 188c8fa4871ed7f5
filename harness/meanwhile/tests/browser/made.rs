//! Pages of runs that were made by hand.

use timeline::page::{Ballot, Bar, Candidate, Cell, Guesses, Mark, Page, Run, Section, Table, TableColumn};
use timeline::{About, ConnectionEvent, End, Event, Lanes, Stretch, Thread, ThreadState, Timeline};

/// What a hostile contestant would be called, would answer, and would print.
pub(crate) const HOSTILE: &str =
    "</script><img src=x onerror=document.title='broken'><!--\u{2028}{{DATA}}&lt;b&gt;";

/// A run of this many calls on one loop: each waits a second.
pub(crate) fn loop_of(contestant: &str, calls: usize) -> Timeline {
    let about = About {
        contestant: contestant.into(),
        waits: Some("in epoll_wait".into()),
        calls,
        latency_ms: 1_000,
        round: 1,
        ..About::default()
    };
    let mut timeline = Timeline::new(about);
    for call in 0..calls {
        add_call(&mut timeline, call, 2_000 + call as u64 * 10, 1_002_500 + call as u64 * 10);
    }
    add_thread(&mut timeline, 7, "loop", 1_100_000);
    timeline.end = Some(End { at_us: 1_200_000, ok: calls, ..End::default() });
    timeline
}

/// Calls one after the other.
pub(crate) fn serial(calls: usize) -> Timeline {
    let mut timeline = Timeline::new(About {
        contestant: "serial".into(),
        calls,
        latency_ms: 1_000,
        round: 1,
        ..About::default()
    });
    for call in 0..calls {
        let from_us = 1_000 + call as u64 * 1_001_000;
        add_call(&mut timeline, call, from_us, from_us + 1_000_000);
    }
    add_thread(&mut timeline, 9, "main", calls as u64 * 1_001_000);
    timeline.end = Some(End { at_us: calls as u64 * 1_001_000 + 2_000, ok: calls, ..End::default() });
    timeline
}

fn add_call(timeline: &mut Timeline, call: usize, from_us: u64, answered_us: u64) {
    let events = [
        (Event::Accepted, from_us),
        (Event::HeadComplete, from_us + 500),
        (Event::AnswerBegun, answered_us),
        (Event::AnswerEnded, answered_us + 200),
        (Event::Closed, answered_us + 300),
    ];
    let event = |(event, at_us)| ConnectionEvent { connection: call as u64, call: Some(call), event, at_us };
    timeline.connections.extend(events.map(event));
}

/// A thread that runs for a moment, waits for a core, and sleeps for the rest.
fn add_thread(timeline: &mut Timeline, thread: u32, name: &str, until_us: u64) {
    timeline.threads.push(Thread { process: 7, thread, name: name.into() });
    let asleep = ThreadState::AsleepIn("epoll_wait".into());
    let did = [(ThreadState::Runs, 0, 2_000), (ThreadState::Queued, 2_000, 4_000), (asleep, 4_000, until_us)];
    timeline.stretches.extend(did.map(|(state, from_us, until_us)| Stretch {
        thread,
        from_us,
        until_us,
        state,
        cpu_us: 0,
    }));
}

/// A page with these runs and with nothing else.
pub(crate) fn page(timelines: &[Timeline]) -> Page {
    let runs = timelines.iter().map(|timeline| Run::of(&Lanes::of(timeline))).collect();
    let sections = vec![Section::Timelines { heading: "What happened when".into(), runs }];
    Page { title: "Runs".into(), sections, ..Page::default() }
}

/// A page that has everything, with this name wherever a name can stand.
pub(crate) fn everything(name: &str) -> Page {
    let mut hostile = loop_of(name, 5);
    hostile.threads[0].name = name.into();
    hostile.about.waits = Some(name.into());
    hostile.stretches[2].state = ThreadState::AsleepIn(name.into());
    let fault = Some(name.to_owned());
    hostile.end =
        Some(End { at_us: 1_200_000, ok: 4, failed: 1, fault, missing: vec![name.into()], ..End::default() });
    let mut page = page(&[hostile, serial(3)]);
    page.title = name.into();
    page.lead = vec![name.into()];
    page.sections.splice(0..0, [words(name), facts(name), bars(name), table(name)]);
    page.sections.extend(room(name));
    page
}

/// What a race with a room has, before and after.
fn room(name: &str) -> [Section; 3] {
    let candidate = |name: &str| Candidate { name: name.into(), waits: Some(name.into()) };
    let contestants = [name, "b"].map(candidate).into();
    let unit = String::from("seconds");
    let ballot = Ballot { heading: name.into(), contestants, unit, most: 9.0, token: name.into() };
    let guesses = |measured| Guesses { name: name.into(), values: vec![1.0, 2.5], measured };
    [
        Section::Invitation { heading: name.into(), address: name.into(), start: "/start/1".into() },
        Section::Ballot(ballot),
        Section::Predictions {
            heading: name.into(),
            unit: "seconds".into(),
            guesses: vec![guesses(Some(2.0)), guesses(None)],
        },
    ]
}

fn words(name: &str) -> Section {
    Section::Words { heading: name.into(), paragraphs: vec![name.into()] }
}

fn facts(name: &str) -> Section {
    Section::Facts { heading: name.into(), facts: vec![[name.into(), name.into()]] }
}

fn bars(name: &str) -> Section {
    let value = Some(1.5);
    let bar = Bar { rank: "1".into(), name: name.into(), value, spread: Some([1.0, 2.0]), text: name.into() };
    let out = Bar { name: name.into(), text: name.into(), ..Bar::default() };
    Section::Bars { heading: name.into(), caption: name.into(), bars: vec![bar, out] }
}

fn table(name: &str) -> Section {
    let column = |name: &str, is_number| TableColumn { name: name.into(), is_number };
    let row = |text: &str, number: f64, mark| {
        let marked = Cell { text: text.into(), number: None, mark: Some(mark) };
        vec![Cell::text(text), Cell::number(number, number.to_string()), marked]
    };
    Section::Table(Table {
        heading: name.into(),
        caption: name.into(),
        columns: vec![column(name, false), column("number", true), column("verdict", false)],
        rows: vec![row("b", 10.0, Mark::Good), row(name, 9.0, Mark::Bad), row("c", 100.0, Mark::Skipped)],
    })
}
