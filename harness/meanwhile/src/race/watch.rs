//! One run, watched: what the mock saw, what the threads did, and what the client said itself, on one clock.
//!
//! *What to notice*: the clock starts with the contestant's process. The measuring process notes when that was, on the
//! monotonic clock that all processes of a machine share.
//!
//! *What is deliberately missing*: judging. A run that is watched is judged as any other.

use std::time::{Duration, Instant};

use ::contestant::measure::Measured;
use ::contestant::{Captured, Output, Seen, Watch};
use downstream_call::{MachineClock, Milestone as CallMilestone, MilestoneLine};
use downstream_mock::{Event as MockEvent, EventKind, Mock};
use timeline::{About, ConnectionEvent, End, Event, Milestone, MilestoneEvent, Stretch, Timeline};

use super::round::Finish;

/// Events of the mock for each call that are kept: five, and some for calls that are made twice.
const EVENTS_OF_A_CALL: usize = 8;

/// The same beside the calls.
const OTHER_EVENTS: usize = 1000;

/// How many events of the mock to keep of a run with this number of calls.
pub(super) fn most_events(calls: usize) -> usize {
    calls.saturating_mul(EVENTS_OF_A_CALL).saturating_add(OTHER_EVENTS)
}

/// A run that is being watched.
pub(crate) struct Watching {
    about: About,
    /// What the measuring process sees.
    pub(super) watch: Watch,
    began: Instant,
    /// The clock of the other processes, where there is one.
    clock: Option<MachineClock>,
    /// What the client says itself.
    milestones: Vec<MilestoneLine>,
}

impl Watching {
    /// Begins just before the contestant is started, when the mock is idle and records its events.
    pub(super) fn begin(about: About) -> Self {
        let (began, clock) = (Instant::now(), MachineClock::read());
        Self { about, watch: Watch::default(), began, clock, milestones: Vec::new() }
    }

    /// Whether another process can tell when something happened.
    pub(super) fn takes_milestones(&self) -> bool {
        self.clock.is_some()
    }

    /// Takes the lines that tell of milestones out of what the contestant printed; what is left are its answers.
    pub(super) fn take_milestones(&mut self, printed: &mut Captured) {
        let mut answers = Vec::new();
        for line in printed.bytes.split_inclusive(|byte| *byte == b'\n') {
            match MilestoneLine::parse(line.trim_ascii_end()) {
                Some(milestone) => self.milestones.push(milestone),
                None => answers.extend_from_slice(line),
            }
        }
        printed.bytes = answers;
    }

    /// What was seen so far of a run that goes on. A thread still does what it was seen to do last.
    pub(crate) fn so_far(&self, mock: &Mock) -> Timeline {
        let seen = self.watch.seen();
        let now_us = micros(self.start(&seen).elapsed());
        let going_on = seen.going_on.iter().map(|stretch| Stretch { until_us: now_us, ..stretch.clone() });
        let mut timeline = self.seen(&seen, mock);
        timeline.stretches.extend(going_on);
        timeline
    }

    fn seen(&self, seen: &Seen, mock: &Mock) -> Timeline {
        let (start, events) = (self.start(seen), mock.events().events);
        Timeline {
            connections: events.iter().map(|event| connection_event(event, start)).collect(),
            threads: seen.threads.clone(),
            stretches: seen.stretches.clone(),
            milestones: seen.started_us.map_or_else(Vec::new, |start_us| self.milestones_since(start_us)),
            ..Timeline::new(self.about.clone())
        }
    }

    /// The whole of it, when the run is over.
    pub(super) fn end(self, mock: &Mock, output: Option<&Output>, finish: &Finish) -> Timeline {
        let seen = self.watch.seen();
        let mut timeline = self.seen(&seen, mock);
        let unwatched_threads = seen.unwatched_threads;
        let mut missing = missing(&seen, mock.events().missed);
        if timeline.milestones.is_empty() {
            missing.push("the client told nothing of itself: no milestones".into());
        }
        let at_us = output.and_then(ended_us).unwrap_or_else(|| timeline.until_us());
        // What a client says counts as far as it can be true.
        timeline.milestones.retain(|event| event.call < self.about.calls && event.at_us <= at_us);
        let round = finish.round.as_ref();
        timeline.end = Some(End {
            at_us,
            ok: round.map_or(0, |round| round.ok),
            failed: round.map_or(0, |round| round.failed),
            fault: finish.fault.clone(),
            unwatched_threads,
            missing,
        });
        timeline
    }

    /// When the contestant's process was started; where the clocks cannot be compared, when it was about to be.
    fn start(&self, seen: &Seen) -> Instant {
        seen.started_us.and_then(|start_us| self.clock?.instant(start_us)).unwrap_or(self.began)
    }

    fn milestones_since(&self, start_us: u64) -> Vec<MilestoneEvent> {
        let since_start = |line: &MilestoneLine| {
            let MilestoneLine { call, milestone, at_us, thread } = *line;
            let milestone = milestone_event(milestone);
            Some(MilestoneEvent { call, milestone, at_us: at_us.checked_sub(start_us)?, thread })
        };
        self.milestones.iter().filter_map(since_start).collect()
    }
}

/// Where the process that measures has not lived to tell, nothing.
fn ended_us(output: &Output) -> Option<u64> {
    match output.measured.as_ref()? {
        Measured::Ended(usage) => Some((usage.wall_s * 1e6) as u64),
        Measured::NotStarted(_) => None,
    }
}

fn missing(seen: &Seen, missed: u64) -> Vec<String> {
    let mut missing = seen.missing.clone();
    if seen.cost.is_none() && seen.started_us.is_some() {
        missing.push("what its threads did last was not seen: it had to be ended".into());
    }
    if missed > 0 {
        missing.push(format!("{missed} events of the downstream were not kept"));
    }
    missing
}

fn connection_event(event: &MockEvent, start: Instant) -> ConnectionEvent {
    let kind = match event.kind {
        EventKind::Accepted => Event::Accepted,
        EventKind::HeadComplete => Event::HeadComplete,
        EventKind::AnswerBegun => Event::AnswerBegun,
        EventKind::AnswerEnded => Event::AnswerEnded,
        EventKind::Closed => Event::Closed,
    };
    let at_us = micros(event.at.saturating_duration_since(start));
    ConnectionEvent { connection: event.connection, call: event.call, event: kind, at_us }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn milestone_event(milestone: CallMilestone) -> Milestone {
    match milestone {
        CallMilestone::Started => Milestone::Started,
        CallMilestone::Sent => Milestone::Sent,
        CallMilestone::FirstByte => Milestone::FirstByte,
        CallMilestone::WorkBegins => Milestone::WorkBegins,
        CallMilestone::WorkEnds => Milestone::WorkEnds,
        CallMilestone::Finished => Milestone::Finished,
    }
}
