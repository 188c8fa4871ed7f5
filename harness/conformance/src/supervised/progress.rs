//! How far the run in progress has come, for the watchdog: the calls with their deadlines, the trace, the mock's counts.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use downstream_call::{Call, Mark, Milestone, Trace};
use downstream_mock::Mock;
use observe::Observed;

use super::Patience;
use super::stillness::Stillness;
use crate::breach::{Breach, Watched};
use crate::words::calls as counted;

/// Shared by the thread of the model and the watchdog.
pub(crate) struct Progress {
    start: Instant,
    /// No call of a run is waited for longer.
    patient: Duration,
    /// The thread that tries the rows, which sleeps where the model does unless that is elsewhere.
    thread: Option<Sleeper>,
    now: Mutex<Now>,
}

#[derive(Default)]
struct Now {
    row: Option<RowNow>,
    run: Option<RunNow>,
}

/// The row that is being tried.
#[derive(Clone)]
pub(super) struct RowNow {
    pub(super) began: Instant,
    /// The requirement that the row itself tries; none for a fault.
    pub(super) requirement: Option<&'static str>,
    pub(super) patience: Patience,
    /// What the downstream does, where a hang alone would not tell it.
    pub(super) scene: Option<String>,
    /// Why earlier attempts failed.
    pub(super) retried: Vec<String>,
}

struct RunNow {
    began: Instant,
    /// The timeout of each call; no longer than is waited for.
    timeouts: Vec<Duration>,
    /// Whether all calls have their deadline later than that: only an answer can end them.
    has_no_deadline: bool,
    /// Whether all calls go to the mock itself, which then knows what was answered.
    asks_the_mock: bool,
    trace: Trace,
    mock: Arc<Mock>,
    /// Since when nothing has moved, if all that was asked for is answered.
    stillness: Option<Stillness>,
    sleeper: Option<Sleeper>,
}

/// When a call started, and how far it has come; `None` before.
type Reached = Option<(Instant, Milestone)>;

/// A process, and a thread in it that may sleep.
type Sleeper = (Observed, u32);

impl Progress {
    /// Of the thread that calls this.
    pub(super) fn of_this_thread(patient: Duration) -> Arc<Self> {
        let thread = observe::this_thread().map(|thread| (Observed::this(), thread));
        Arc::new(Self { start: Instant::now(), patient, thread, now: Mutex::default() })
    }

    pub(crate) fn age(&self) -> Duration {
        self.start.elapsed()
    }

    pub(super) fn row_begins(&self, row: RowNow) {
        self.lock().row = Some(row);
    }

    pub(super) fn attempt_failed(&self, why: String) {
        if let Some(row) = &mut self.lock().row {
            row.retried.push(why);
        }
    }

    pub(crate) fn set_scene(&self, scene: &str) {
        if let Some(row) = &mut self.lock().row {
            row.scene = Some(scene.into());
        }
    }

    /// The row, with all failed attempts; the watchdog has no say in it any more.
    pub(super) fn row_ended(&self) -> Option<RowNow> {
        self.lock().row.take()
    }

    pub(crate) fn run_begins(
        &self,
        calls: &[Call],
        trace: &Trace,
        mock: &Arc<Mock>,
        sleeper: Option<Sleeper>,
    ) {
        let timeouts = calls.iter().map(|call| call.timeout.min(self.patient)).collect();
        let has_no_deadline = calls.iter().all(|call| call.timeout > self.patient);
        let asks_the_mock = calls.iter().all(|call| call.address == mock.address());
        let (began, trace, mock) = (Instant::now(), trace.clone(), Arc::clone(mock));
        self.lock().run = Some(RunNow {
            began,
            timeouts,
            has_no_deadline,
            asks_the_mock,
            trace,
            mock,
            stillness: None,
            sleeper,
        });
    }

    pub(crate) fn run_ended(&self) {
        self.lock().run = None;
    }

    /// The row that hangs, and how; it is taken, so that it has one verdict.
    pub(super) fn hang(&self) -> Option<(RowNow, Breach)> {
        let mut guard = self.lock();
        let now = &mut *guard;
        let row = now.row.as_ref()?;
        let breach = match &mut now.run {
            Some(run) => run.hang(&row.patience).or_else(|| row.hang()),
            None => row.hang(),
        }?;
        let sleeper = now.run.as_ref().map_or(self.thread, |run| run.sleeper);
        let asleep = sleeper.and_then(|(observed, thread)| observed.asleep_in(thread));
        let asleep = asleep.map_or(String::new(), |call| format!("; thread asleep in `{call}`"));
        let scene = row.scene.as_ref().map_or(String::new(), |scene| format!("{scene}, and "));
        let breach = Breach { why: format!("hung: {scene}{}{asleep}", breach.why), ..breach };
        now.row.take().map(|row| (row, breach))
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RowNow {
    fn hang(&self) -> Option<Breach> {
        let limit = self.patience.row;
        let is_late = self.began.elapsed() > limit;
        is_late.then(|| format!("the row was not over after {}", in_seconds(limit)).into())
    }
}

impl RunNow {
    fn hang(&mut self, patience: &Patience) -> Option<Breach> {
        let marks = self.trace.marks();
        let calls = self.reached(&marks);
        self.unnoticed_answer(&calls, marks.len(), patience.unnoticed)
            .or_else(|| self.overdue_call(&calls, patience.overdue))
            .or_else(|| self.standstill(&marks, patience.overdue))
    }

    fn reached(&self, marks: &[Mark]) -> Vec<Reached> {
        let mut calls: Vec<Reached> = vec![None; self.timeouts.len()];
        for mark in marks {
            if let Some(call) = calls.get_mut(mark.call) {
                let (started, reached) = call.unwrap_or((mark.at, mark.milestone));
                *call = Some((started, reached.max(mark.milestone)));
            }
        }
        calls
    }

    /// The first call that waits for an answer which was sent long ago, while nothing moves.
    fn unnoticed_answer(&mut self, calls: &[Reached], marks: usize, limit: Duration) -> Option<Breach> {
        let is_at = |call: &Reached, milestones: &[Milestone]| {
            call.is_some_and(|(_, milestone)| milestones.contains(&milestone))
        };
        let works = calls.iter().any(|call| is_at(call, &[Milestone::WorkBegins]));
        let waits = calls.iter().position(|call| is_at(call, &[Milestone::Sent, Milestone::FirstByte]));
        let before = self.stillness.take();
        let index = waits.filter(|_| self.asks_the_mock && self.is_answered() && !works)?;
        let still = self.stillness.insert(Stillness::look(before, marks));
        let why = || unnoticed(index, calls.len(), limit);
        still.has_lasted(limit).then(|| Breach::of(Watched::NoticesAnswers, why()))
    }

    /// Whether the mock has answered all that it was asked for.
    fn is_answered(&self) -> bool {
        let stats = self.mock.stats();
        stats.requests > 0 && stats.answered == stats.requests
    }

    /// The first call that is not over so long after its deadline.
    fn overdue_call(&self, calls: &[Reached], overdue: Duration) -> Option<Breach> {
        let of = self.timeouts.len();
        let late = calls.iter().zip(&self.timeouts).enumerate().find_map(|(index, (call, timeout))| {
            let (started, milestone) = (*call)?;
            let is_late = milestone < Milestone::WorkBegins && started.elapsed() > *timeout + overdue;
            is_late.then_some((index, milestone))
        });
        let (index, milestone) = late?;
        if self.has_no_deadline && self.is_answered() {
            let why = unnoticed(index, of, self.timeouts[index] + overdue);
            return Some(Breach::of(Watched::NoticesAnswers, why));
        }
        let (watched, state) = match milestone {
            Milestone::Started => (Watched::EndsConnecting, "had not sent its request"),
            Milestone::Sent => (Watched::EndsUnanswered, "had sent its request"),
            Milestone::FirstByte => (Watched::EndsReceiving, "had received a part of its answer"),
            // Work has no deadline.
            Milestone::WorkBegins | Milestone::WorkEnds | Milestone::Finished => return None,
        };
        let why = format!(
            "call {index} of {of} {state} and was not over {} after its deadline",
            in_seconds(overdue)
        );
        Some(Breach::of(watched, why))
    }

    /// No call has come any further for longer than each of them may take: for a model whose calls are made in other
    /// processes, and for one that has forgotten to return.
    fn standstill(&self, marks: &[Mark], overdue: Duration) -> Option<Breach> {
        let longest = self.timeouts.iter().max().copied().unwrap_or_default();
        let last = marks.last().map_or(self.began, |mark| mark.at);
        if last.elapsed() <= longest + overdue {
            return None;
        }
        let over = marks.iter().filter(|mark| mark.milestone == Milestone::Finished).count();
        let stats = self.mock.stats();
        let seen =
            format!("the mock had counted {} requests and answered {}", stats.requests, stats.answered);
        let of = counted(self.timeouts.len());
        let late = in_seconds(overdue);
        Some(match over {
            0 if !self.timeouts.is_empty() => {
                format!("the run of {of} was not over {late} after the last deadline, and {seen}").into()
            }
            _ => format!("{over} of {of} were over, and the run did not return; {seen}").into(),
        })
    }
}

fn unnoticed(call: usize, of: usize, waited: Duration) -> String {
    format!(
        "call {call} of {of} was answered, and has not noticed it for {}: a wake was lost",
        in_seconds(waited)
    )
}

/// `5 s`, `0.3 s`.
fn in_seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}
