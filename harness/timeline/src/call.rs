//! The lane of one call: what it did from its start to its end, from all that was seen of it.
//!
//! *What to notice*: the client knows when a call started and when its answer was handled; the downstream knows what lies
//! between. A program in another language tells nothing of itself, and then its call starts when it is accepted.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::{Event, Milestone, Timeline};

/// One call, from its start to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CallLane {
    /// Its number.
    pub call: usize,
    /// What it did: each span begins where the last one ends, or later.
    pub spans: Vec<CallSpan>,
    /// Whether its answer came whole.
    pub answered: bool,
    /// When the last byte of its answer was there, as the downstream saw it.
    pub answered_us: Option<u64>,
    /// The thread that read its answer, if the client says so.
    pub handled_on: Option<u32>,
    /// The thread that did the work with its reply, if the client says so.
    pub worked_on: Option<u32>,
}

/// What a call did for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CallSpan {
    /// What it did.
    pub state: CallState,
    /// From when.
    pub from_us: u64,
    /// Until when.
    pub until_us: u64,
}

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// Its request is not at the downstream yet.
    Connecting,
    /// The downstream has the request, and has not begun to answer.
    Waiting,
    /// The answer is on its way.
    Receiving,
    /// The whole answer is there, and the client has not looked at it yet, or has no thread for the work with it.
    Ready,
    /// The client computes with the reply.
    Computing,
}

impl CallState {
    /// All of them, in the order in which a call passes through them.
    pub const ALL: [Self; 5] =
        [Self::Connecting, Self::Waiting, Self::Receiving, Self::Ready, Self::Computing];

    /// As a legend has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Waiting => "waiting",
            Self::Receiving => "receiving",
            Self::Ready => "answer lies ready",
            Self::Computing => "computing",
        }
    }
}

impl CallLane {
    /// When it started; zero for one that never did.
    #[must_use]
    pub fn from_us(&self) -> u64 {
        self.spans.first().map_or(0, |span| span.from_us)
    }

    /// When it was over.
    #[must_use]
    pub fn until_us(&self) -> u64 {
        self.spans.last().map_or(0, |span| span.until_us)
    }

    /// What it did at this moment, if it was under way.
    #[must_use]
    pub fn at(&self, at_us: u64) -> Option<CallState> {
        let span = self.spans.iter().find(|span| (span.from_us..span.until_us).contains(&at_us))?;
        Some(span.state)
    }
}

/// The moments of a call, as far as they were seen.
#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    /// The connection whose events count: the first one that asked for the call.
    connection: Option<u64>,
    accepted: Option<u64>,
    asked: Option<u64>,
    answer_begun: Option<u64>,
    answer_ended: Option<u64>,
    closed: Option<u64>,
    started: Option<u64>,
    first_byte: Option<u64>,
    work_begins: Option<u64>,
    work_ends: Option<u64>,
    finished: Option<u64>,
    handled_on: Option<u32>,
    worked_on: Option<u32>,
}

/// By their numbers. A file may claim any number of calls: what is held is what was seen.
type Calls = BTreeMap<usize, Moments>;

/// A lane for each call that was begun, in the order of their numbers.
pub(crate) fn lanes(timeline: &Timeline) -> Vec<CallLane> {
    let mut calls = Calls::new();
    note_connections(timeline, &mut calls);
    note_milestones(timeline, &mut calls);
    let until_us = timeline.until_us();
    let known = calls.iter().filter(|(call, _)| **call < timeline.about.calls);
    let lanes = known.map(|(call, moments)| moments.lane(*call, until_us));
    lanes.filter(|lane| !lane.spans.is_empty()).collect()
}

fn note_connections(timeline: &Timeline, calls: &mut Calls) {
    let mut accepted = HashMap::new();
    for event in &timeline.connections {
        if event.event == Event::Accepted {
            accepted.insert(event.connection, event.at_us);
        }
        let Some(call) = event.call else { continue };
        let moments = calls.entry(call).or_default();
        if *moments.connection.get_or_insert(event.connection) != event.connection {
            continue;
        }
        let moment = match event.event {
            Event::Accepted => &mut moments.accepted,
            Event::HeadComplete => &mut moments.asked,
            Event::AnswerBegun => &mut moments.answer_begun,
            Event::AnswerEnded => &mut moments.answer_ended,
            Event::Closed => &mut moments.closed,
        };
        moment.get_or_insert(event.at_us);
    }
    // A connection is accepted before it is known which call it asks for.
    for moments in calls.values_mut() {
        let connection = moments.connection.and_then(|connection| accepted.get(&connection));
        moments.accepted = moments.accepted.or(connection.copied());
    }
}

fn note_milestones(timeline: &Timeline, calls: &mut Calls) {
    for event in &timeline.milestones {
        let moments = calls.entry(event.call).or_default();
        let moment = match event.milestone {
            Milestone::Started => &mut moments.started,
            // The downstream's own view of it is nearer to the truth.
            Milestone::Sent => continue,
            Milestone::FirstByte => &mut moments.first_byte,
            Milestone::WorkBegins => &mut moments.work_begins,
            Milestone::WorkEnds => &mut moments.work_ends,
            Milestone::Finished => &mut moments.finished,
        };
        moment.get_or_insert(event.at_us);
        let thread = match event.milestone {
            Milestone::FirstByte => &mut moments.handled_on,
            Milestone::WorkBegins => &mut moments.worked_on,
            Milestone::Started | Milestone::Sent | Milestone::WorkEnds | Milestone::Finished => continue,
        };
        thread.get_or_insert(event.thread);
    }
}

impl Moments {
    fn lane(&self, call: usize, until_us: u64) -> CallLane {
        let mut lane = CallLane {
            call,
            spans: Vec::new(),
            answered: self.answer_ended.is_some(),
            answered_us: self.answer_ended,
            handled_on: self.handled_on,
            worked_on: self.worked_on,
        };
        let Some(start) = self.started.or(self.accepted).or(self.asked) else { return lane };
        let end = self.end(until_us);
        let received = self.answer_ended.or(self.first_byte);
        let handled = self.first_byte.or(self.finished).or(received);
        let bounds = [
            (CallState::Connecting, self.asked),
            (CallState::Waiting, self.answer_begun.or(received)),
            (CallState::Receiving, received),
            (CallState::Ready, handled),
            (CallState::Receiving, earlier(self.finished, self.work_begins)),
            // A pool may have no thread for its work yet.
            (CallState::Ready, self.work_begins.or(self.finished)),
            (CallState::Computing, self.work_ends),
        ];
        let mut from_us = start;
        for (state, until) in bounds {
            // What has no end yet goes on until the call's.
            let until_us = until.unwrap_or(end).clamp(from_us, end.max(from_us));
            if until_us > from_us {
                lane.spans.push(CallSpan { state, from_us, until_us });
            }
            from_us = until_us;
        }
        lane
    }

    /// When the call was over: when the client says so, or the connection's end as the downstream saw it.
    fn end(&self, until_us: u64) -> u64 {
        let client = self.finished.max(self.work_ends);
        client.or(self.answer_ended).or(self.closed).unwrap_or(until_us)
    }
}

/// The first of two moments, as far as they are known.
fn earlier(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    one.into_iter().chain(other).min()
}
