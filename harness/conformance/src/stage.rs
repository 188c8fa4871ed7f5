//! A model beside its mock, and a check of what each run uses and leaves behind.

use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use downstream_call::{Call, Diamond, Failure, MAX_BODY_BYTES, Mark, Model, Outcome, Run, TooLarge, Trace};
use downstream_mock::{Config, Mock};
use observe::Observed;

use crate::breach::{Breach, Held, Watched};
use crate::leftovers::{Taken, nothing_left_behind};
use crate::place::Place;
use crate::supervised::{Progress, panics};
use crate::words::{calls as counted, told};
use crate::{Cancels, Facts, Patience};

/// A model under test beside its mock.
pub(crate) struct Stage<'place> {
    /// The downstream; its usual latency is none, so that a row says what it needs.
    pub(crate) mock: Arc<Mock>,
    /// How many calls the model can have in flight.
    pub(crate) at_once: usize,
    /// When its calls in flight end after the run was cancelled.
    pub(crate) cancels: Cancels,
    /// Whether the work with a reply holds up no other call.
    pub(crate) offloads: bool,
    /// How long a call may take that is to be answered: a deadline far off, also on a busy machine.
    pub(crate) patient: Duration,
    /// How long threads and descriptors may take to go.
    pub(crate) left_behind: Duration,
    /// Whether nothing arrives in the runs of this row until they end, so that little CPU time is too much.
    pub(crate) only_waits: bool,
    spins: bool,
    place: Box<dyn Place + 'place>,
    /// What a watchdog has to know of the run in progress.
    progress: Arc<Progress>,
    last_trace: Trace,
    last_calls: usize,
    queued: Duration,
}

/// The most memory a row may need beyond what was there: the largest body, once more while it grows, and slack.
const MEMORY_BYTES: u64 = 128 * 1024 * 1024;

/// A run that moves more bytes than this computes: its CPU time is not the cost of waiting, least of all in a debug build.
const IDLE_BYTES: usize = 1024 * 1024;

/// CPU time that a call may take beside its waiting, in a debug build.
const CALL_CPU: Duration = Duration::from_micros(500);

/// A run shorter than this is not long enough to tell waiting from working.
const JUDGED: Duration = Duration::from_millis(150);

/// How long a run took, and what of it were CPU time and waiting for a core.
struct Spent {
    wall: Duration,
    cpu: Duration,
    queued: Duration,
}

impl<'place> Stage<'place> {
    /// # Errors
    /// The mock cannot start.
    pub(crate) fn new(
        place: Box<dyn Place + 'place>,
        facts: Facts,
        patience: &Patience,
        progress: Arc<Progress>,
    ) -> io::Result<Self> {
        let config = Config { latency: Duration::ZERO, warns: false, ..Config::default() };
        let mock = Arc::new(Mock::start(config)?);
        let Facts { at_once, cancels, spins, offloads } = facts;
        let Patience { answer: patient, left_behind, .. } = *patience;
        let (queued, last_trace) = (Duration::ZERO, Trace::off());
        Ok(Self {
            mock,
            at_once,
            cancels,
            offloads,
            patient,
            left_behind,
            spins,
            place,
            progress,
            last_trace,
            last_calls: 0,
            only_waits: false,
            queued,
        })
    }

    /// Makes the model again.
    ///
    /// # Errors
    /// It cannot be made any more.
    pub(crate) fn renew_model(&mut self) -> io::Result<()> {
        self.place.make_again()
    }

    /// The process that holds the model.
    pub(crate) fn observed(&self) -> Observed {
        self.place.observed()
    }

    /// Calls to `/echo/0`, `/echo/1`, ...: each answer proves whose it is.
    pub(crate) fn calls(&self, count: usize, latency: Duration) -> Vec<Call> {
        (0..count).map(|id| self.call(&format!("/echo/{id}"), latency)).collect()
    }

    /// One call to the mock.
    pub(crate) fn call(&self, path: &str, latency: Duration) -> Call {
        let join = if path.contains('?') { '&' } else { '?' };
        let url = format!("{}{path}{join}latency_ms={}", self.mock.url(), latency.as_millis());
        Call::get(&url, self.patient).expect("the mock's own URL")
    }

    /// A run of the model, watched.
    pub(crate) fn fan_out(&mut self, run: &Run, calls: &[Call]) -> Held<Vec<Outcome>> {
        self.leaving_nothing_behind(|stage| stage.fan_out_beside(run, calls))
    }

    /// The same beside servers that still hold what the run has left: the caller counts descriptors.
    pub(crate) fn fan_out_beside(&mut self, run: &Run, calls: &[Call]) -> Held<Vec<Outcome>> {
        let started = Instant::now();
        let outcomes =
            self.watch(run, calls, |model, run| model.fan_out(run, calls), |outcomes| work(outcomes))?;
        if outcomes.len() != calls.len() {
            let why = format!("{} had {} outcomes", counted(calls.len()), outcomes.len());
            return Err(Breach::of(Watched::OutcomeForEach, why));
        }
        if !run.cancel.is_cancelled()
            && let Some(call) = outcomes.iter().position(|outcome| *outcome == Err(Failure::Cancelled))
        {
            let why = format!(
                "call {call} ended with cancelled, though nothing cancelled the run: no outcome was noted at index {call}"
            );
            return Err(Breach::of(Watched::OutcomeForEach, why));
        }
        self.was_asked(calls, &outcomes)?;
        self.noticed_answers(calls, started.elapsed(), &outcomes)?;
        Ok(outcomes)
    }

    /// A diamond, watched.
    pub(crate) fn diamond(&mut self, run: &Run, base: Call) -> Held<Outcome> {
        self.leaving_nothing_behind(|stage| {
            let calls = vec![base.clone(); 5];
            let (act, started) = (Diamond::new(base), Instant::now());
            let outcome =
                stage.watch(run, &calls, |model, run| model.diamond(run, &act), |_| 5 * CALL_CPU)?;
            stage.noticed_answers(&calls, started.elapsed(), std::slice::from_ref(&outcome))?;
            Ok(outcome)
        })
    }

    /// What the downstream does, for the words of a hang.
    pub(crate) fn set_scene(&self, scene: &str) {
        self.progress.set_scene(scene);
    }

    /// A reply of the mock's is one that the mock has been asked for.
    fn was_asked(&self, calls: &[Call], outcomes: &[Outcome]) -> Held {
        let is_reply =
            |(call, outcome): &(&Call, &Outcome)| call.address == self.mock.address() && outcome.is_ok();
        let replies = calls.iter().zip(outcomes).filter(is_reply).count();
        let requests = self.mock.stats().requests;
        if replies as u64 > requests {
            return Err(format!(
                "{} ended with a reply, and the mock had {requests} requests",
                counted(replies)
            )
            .into());
        }
        Ok(())
    }

    /// Calls that are answered need no deadline. One that has timed out is no lost wake unless the mock has answered it.
    fn noticed_answers(&self, calls: &[Call], took: Duration, outcomes: &[Outcome]) -> Held {
        let patient = calls.iter().all(|call| call.timeout >= self.patient);
        let stats = self.mock.stats();
        let is_answered = stats.requests > 0 && stats.answered == stats.requests;
        let has_timed_out = outcomes.contains(&Err(Failure::TimedOut));
        if patient && took >= self.patient && (is_answered || !has_timed_out) {
            let why = if has_timed_out {
                "a call was answered, and ended with timed-out at its deadline: a wake was lost"
            } else {
                "an answer was noticed only at its call's deadline: a wake was lost"
            };
            return Err(Breach::of(Watched::NoticesAnswers, why));
        }
        Ok(())
    }

    /// Makes three calls at no latency and requires every answer: the last run has spoilt nothing.
    pub(crate) fn still_works(&mut self) -> Held {
        let calls = self.calls(3, Duration::ZERO);
        let outcomes = self.fan_out(&Run::default(), &calls)?;
        answers(&outcomes).map_err(|breach| breach.with_context("the next run"))
    }

    /// Runs `act`, after which threads and descriptors must be what they were.
    pub(crate) fn leaving_nothing_behind<T>(&mut self, act: impl FnOnce(&mut Self) -> Held<T>) -> Held<T> {
        self.mock.wait_for(self.left_behind, |stats| stats.open_connections == 0);
        let before = Taken::by(self.observed());
        let result = act(self)?;
        nothing_left_behind(before, self.last_calls, self.left_behind)?;
        Ok(result)
    }

    /// The milestones of the last run.
    pub(crate) fn marks(&self) -> Vec<Mark> {
        self.last_trace.marks()
    }

    /// How long threads of the mock and of the model were ready during the last run while other programs had the cores: no row
    /// may hold that against the model.
    pub(crate) const fn queued(&self) -> Duration {
        self.queued
    }

    /// Runs the model while the watchdog looks on, and fails if it panicked or used too much; `work` says what CPU time
    /// its result is worth.
    fn watch<T>(
        &mut self,
        run: &Run,
        calls: &[Call],
        act: impl FnOnce(&mut dyn Model, &Run) -> io::Result<T>,
        work: impl FnOnce(&T) -> Duration,
    ) -> Held<T> {
        let run = Run { trace: Trace::on(), ..run.clone() };
        (self.last_trace, self.last_calls) = (run.trace.clone(), calls.len());
        self.mock.reset_stats();
        let observed = self.observed();
        observed.forget_peak();
        let memory = observed.peak_resident_bytes();
        let before = self.spent_so_far(observed);
        let sleeper = self.place.thread().map(|thread| (observed, thread));
        self.progress.run_begins(calls, &run.trace, &self.mock, sleeper);
        let ended = catch_unwind(AssertUnwindSafe(|| act(self.place.model(), &run)));
        self.progress.run_ended();
        let spent = self.spent_so_far(observed).since(&before);
        self.queued = spent.queued;
        if let Some(panic) = panics::take() {
            return Err(Breach::of(Watched::NeverPanics, panic));
        }
        let result = ended
            .map_err(|_| Breach::of(Watched::NeverPanics, "panicked without a message"))?
            .map_err(|error| format!("the machinery broke: {error}"))?;
        self.was_idle(&spent, work(&result))?;
        match (memory, observed.peak_resident_bytes()) {
            (Some(before), Some(after)) if after > before + MEMORY_BYTES => {
                Err(format!("memory grew by {} MiB", (after - before) / 1024 / 1024).into())
            }
            _ => Ok(result),
        }
    }

    /// What the process of the model and those below it used, less what the mock did if it is there.
    fn spent_so_far(&self, observed: Observed) -> Spent {
        let is_beside_the_mock = observed == Observed::this();
        let mock = if is_beside_the_mock { self.mock.cpu_time() } else { None };
        let cpu = observed.cpu_time_with_all_below().saturating_sub(mock.unwrap_or_default());
        Spent { wall: self.progress.age(), cpu, queued: observe::queued() }
    }

    /// Only a run long enough to tell waiting from working is judged. Where other programs have the cores, a thread that
    /// spins is not running but queued, and one that waits is neither. One that handles arrivals is queued often, too: only
    /// where nothing arrives is it judged by little CPU time.
    fn was_idle(&self, spent: &Spent, work: Duration) -> Held {
        let cpu = spent.cpu.saturating_sub(work);
        let little = if self.only_waits { spent.wall / 20 } else { spent.wall / 4 };
        let is_busy = cpu + spent.queued >= spent.wall.mul_f64(0.95);
        let spins = cpu >= spent.wall / 2 || (cpu >= little && is_busy);
        if self.spins || spent.wall < JUDGED || !spins {
            return Ok(());
        }
        let (cpu, wall) = (cpu.as_millis(), spent.wall.as_millis());
        let why = format!("used {cpu} ms of CPU time in {wall} ms of waiting");
        Err(Breach::of(Watched::WaitsIdle, why))
    }
}

impl Spent {
    fn since(&self, before: &Self) -> Self {
        Self {
            wall: self.wall.saturating_sub(before.wall),
            cpu: self.cpu.saturating_sub(before.cpu),
            queued: self.queued.saturating_sub(before.queued),
        }
    }
}

/// CPU time that these outcomes cost without any waiting; without limit for a large body.
fn work(outcomes: &[Outcome]) -> Duration {
    let body_bytes = |outcome: &Outcome| match outcome {
        Ok(reply) => reply.body.len(),
        Err(Failure::TooLarge(TooLarge::Body)) => MAX_BODY_BYTES,
        Err(_) => 0,
    };
    if outcomes.iter().map(body_bytes).sum::<usize>() > IDLE_BYTES {
        return Duration::MAX;
    }
    CALL_CPU * u32::try_from(outcomes.len()).unwrap_or(u32::MAX)
}

/// Every outcome is the answer to its own call.
pub(crate) fn answers(outcomes: &[Outcome]) -> Held {
    for (id, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Ok(reply) if reply.status == 200 && reply.body == id.to_string().as_bytes() => {}
            other => {
                return Err(format!("call {id} ended with {}, not with 200 \"{id}\"", told(other)).into());
            }
        }
    }
    Ok(())
}

/// A run with at most this many calls in flight.
pub(crate) fn limited(in_flight: usize) -> Run {
    Run { in_flight: NonZeroUsize::new(in_flight).expect("a limit above zero"), ..Run::default() }
}
