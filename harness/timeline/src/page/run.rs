//! The lanes of one run, as the script of the page reads them: few bytes for each call.
//!
//! *What to notice*: a span is three numbers, and times are differences, so that ten thousand calls need less than a
//! megabyte and every one of them is in the page. The script folds them into rows that fit a screen.

use serde::Serialize;
use serde::ser::SerializeSeq;

use crate::{
    Blocked, Blocker, CallLane, CallState, End, Lanes, Stretch, ThreadLane, ThreadState, blocked, sentence,
};

/// A run with its lanes.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    contestant: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits: Option<String>,
    round: usize,
    /// Calls that were to be made.
    calls_in_all: usize,
    until_us: u64,
    /// What to see in it.
    sentence: String,
    end: Option<End>,
    /// Names of what a call does, in the order of their numbers.
    call_states: [&'static str; CallState::ALL.len()],
    /// The system calls in which threads slept: the n-th is state `n + 2` of a thread.
    system_calls: Vec<String>,
    threads: Vec<Thread>,
    calls: Vec<Call>,
    /// Stretches in which a thread kept answers waiting.
    blocked: Vec<Stop>,
}

#[derive(Clone, Debug, Serialize)]
struct Stop {
    thread: u32,
    from_us: u64,
    until_us: u64,
    /// What it did meanwhile.
    why: String,
}

#[derive(Clone, Debug, Serialize)]
struct Thread {
    name: String,
    process: u32,
    thread: u32,
    spans: Spans,
}

#[derive(Clone, Debug, Serialize)]
struct Call {
    call: usize,
    answered: bool,
    spans: Spans,
}

/// For each span: the state, how long after the end of the last one it began, and how long it lasted.
#[derive(Clone, Debug)]
struct Spans(Vec<Span>);

#[derive(Clone, Copy, Debug)]
struct Span {
    state: usize,
    from_us: u64,
    until_us: u64,
}

impl Run {
    /// The run of these lanes.
    #[must_use]
    pub fn of(lanes: &Lanes) -> Self {
        let system_calls = system_calls(&lanes.threads);
        let threads = lanes.threads.iter().map(|lane| Thread::of(lane, &system_calls)).collect();
        Self {
            contestant: lanes.about.contestant.clone(),
            waits: lanes.about.waits.clone(),
            round: lanes.about.round,
            calls_in_all: lanes.about.calls,
            until_us: lanes.until_us,
            sentence: if lanes.end.is_some() { sentence(lanes) } else { "it runs".into() },
            end: lanes.end.clone(),
            call_states: CallState::ALL.map(CallState::name),
            threads,
            system_calls,
            calls: lanes.calls.iter().map(Call::of).collect(),
            blocked: blocked(lanes).iter().map(Stop::of).collect(),
        }
    }

    /// As JSON that a page takes in while it is served.
    #[must_use]
    pub fn json(&self) -> String {
        super::as_data(self)
    }
}

/// Each one once.
fn system_calls(threads: &[ThreadLane]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for stretch in threads.iter().flat_map(|lane| &lane.stretches) {
        if let ThreadState::AsleepIn(name) = &stretch.state
            && !names.contains(name)
        {
            names.push(name.clone());
        }
    }
    names
}

impl Stop {
    fn of(blocked: &Blocked) -> Self {
        let why = match &blocked.by {
            Blocker::Work(call) => format!("the work of call {call}"),
            Blocker::Away { from, after: Some(call) } => {
                format!("away from {from}, after the answer of call {call}")
            }
            Blocker::Away { from, after: None } => format!("away from {from}"),
        };
        let answers =
            if blocked.ready == 1 { "an answer".into() } else { format!("{} answers", blocked.ready) };
        let why = format!("keeps {answers} waiting: {why}");
        Self { thread: blocked.thread, from_us: blocked.from_us, until_us: blocked.until_us, why }
    }
}

impl Thread {
    fn of(lane: &ThreadLane, system_calls: &[String]) -> Self {
        let span = |stretch: &Stretch| Span {
            state: match &stretch.state {
                ThreadState::Runs => 0,
                ThreadState::Queued => 1,
                ThreadState::AsleepIn(name) => {
                    2 + system_calls.iter().position(|known| known == name).unwrap_or_default()
                }
            },
            from_us: stretch.from_us,
            until_us: stretch.until_us,
        };
        Self {
            name: lane.thread.name.clone(),
            process: lane.thread.process,
            thread: lane.thread.thread,
            spans: Spans(lane.stretches.iter().map(span).collect()),
        }
    }
}

impl Call {
    fn of(lane: &CallLane) -> Self {
        let spans = lane.spans.iter().map(|span| Span {
            state: span.state as usize,
            from_us: span.from_us,
            until_us: span.until_us,
        });
        Self { call: lane.call, answered: lane.answered, spans: Spans(spans.collect()) }
    }
}

impl Serialize for Spans {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut numbers = serializer.serialize_seq(Some(self.0.len() * 3))?;
        let mut last_us = 0;
        for span in &self.0 {
            let until_us = span.until_us.max(span.from_us);
            numbers.serialize_element(&span.state)?;
            // Two looks at a thread may overlap by a microsecond.
            numbers.serialize_element(&(span.from_us as i64 - last_us as i64))?;
            numbers.serialize_element(&(until_us - span.from_us))?;
            last_us = until_us;
        }
        numbers.end()
    }
}
