//! A model beside its mock, and a check of what each run uses and leaves behind.

use std::io;
use std::num::NonZeroUsize;
use std::thread;
use std::time::{Duration, Instant};

use downstream_call::{Call, Diamond, Failure, MAX_BODY_BYTES, Model, Outcome, Run, TooLarge};
use downstream_mock::{Config, Mock};
use observe::Resources;

use crate::{Cancels, Subject};

/// A model under test beside its mock.
pub(crate) struct Stage {
    /// The downstream; its usual latency is none, so that a row says what it needs.
    pub(crate) mock: Mock,
    /// How many calls the model can have in flight.
    pub(crate) at_once: usize,
    /// When its calls in flight end after the run was cancelled.
    pub(crate) cancels: Cancels,
    model: Box<dyn Model>,
    spins: bool,
}

/// A deadline far off, also on a busy machine.
pub(crate) const PATIENT: Duration = Duration::from_secs(10);

/// How long threads and descriptors may take to go.
const LEFT_BEHIND: Duration = Duration::from_secs(2);

/// The most memory a row may need beyond what was there: the largest body, once more while it grows, and slack.
const MEMORY_BYTES: u64 = 128 * 1024 * 1024;

/// A run that moves more bytes than this computes: its CPU time is not the cost of waiting, least of all in a debug build.
const IDLE_BYTES: usize = 1024 * 1024;

/// CPU time that a call may take beside its waiting, in a debug build.
const CALL_CPU: Duration = Duration::from_micros(500);

impl Stage {
    pub(crate) fn new(subject: &Subject<'_>) -> io::Result<Self> {
        let mock = Mock::start(Config { latency: Duration::ZERO, ..Config::default() })?;
        let model = (subject.new)()?;
        let Subject { at_once, cancels, spins, .. } = *subject;
        Ok(Self { mock, at_once, cancels, model, spins })
    }

    /// Calls to `/echo/0`, `/echo/1`, ...: each answer proves whose it is.
    pub(crate) fn calls(&self, count: usize, latency: Duration) -> Vec<Call> {
        (0..count).map(|id| self.call(&format!("/echo/{id}"), latency)).collect()
    }

    /// One call to the mock.
    pub(crate) fn call(&self, path: &str, latency: Duration) -> Call {
        let join = if path.contains('?') { '&' } else { '?' };
        let url = format!("{}{path}{join}latency_ms={}", self.mock.url(), latency.as_millis());
        Call::get(&url, PATIENT).expect("the mock's own URL")
    }

    /// A run of the model, watched.
    pub(crate) fn fan_out(&mut self, run: &Run, calls: &[Call]) -> Result<Vec<Outcome>, String> {
        self.leaving_nothing_behind(|stage| stage.fan_out_beside(run, calls))
    }

    /// The same beside servers that still hold what the run has left: the caller counts descriptors.
    pub(crate) fn fan_out_beside(&mut self, run: &Run, calls: &[Call]) -> Result<Vec<Outcome>, String> {
        let started = Instant::now();
        let outcomes = self.watch(|model| model.fan_out(run, calls), |outcomes| work(outcomes))?;
        if outcomes.len() != calls.len() {
            return Err(format!("{} calls had {} outcomes", calls.len(), outcomes.len()));
        }
        let patient = calls.iter().all(|call| call.timeout >= PATIENT);
        if patient && started.elapsed() >= PATIENT && !outcomes.contains(&Err(Failure::TimedOut)) {
            return Err("an answer was noticed only at its call's deadline: a wake was lost".into());
        }
        Ok(outcomes)
    }

    /// A diamond, watched.
    pub(crate) fn diamond(&mut self, run: &Run, base: Call) -> Result<Outcome, String> {
        self.leaving_nothing_behind(|stage| {
            stage.watch(|model| model.diamond(run, &Diamond::new(base)), |_| 5 * CALL_CPU)
        })
    }

    /// Makes three calls at no latency and requires every answer: the last run has spoilt nothing.
    pub(crate) fn still_works(&mut self) -> Result<(), String> {
        let calls = self.calls(3, Duration::ZERO);
        let outcomes = self.fan_out(&Run::default(), &calls)?;
        answers(&outcomes).map_err(|why| format!("the next run: {why}"))
    }

    /// Runs `act`, after which threads and descriptors must be what they were.
    pub(crate) fn leaving_nothing_behind<T>(
        &mut self,
        act: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        self.mock.wait_for(LEFT_BEHIND, |stats| stats.open_connections == 0);
        let before = Resources::now();
        let result = act(self)?;
        nothing_left_behind(before)?;
        Ok(result)
    }

    /// Runs the model, and fails if it used too much; `work` says what CPU time its result is worth.
    fn watch<T>(
        &mut self,
        run: impl FnOnce(&mut dyn Model) -> io::Result<T>,
        work: impl FnOnce(&T) -> Duration,
    ) -> Result<T, String> {
        self.mock.reset_stats();
        observe::forget_peak();
        let memory = observe::peak_resident_bytes();
        let (started, cpu) = (Instant::now(), self.cpu_time());
        let result = run(&mut *self.model).map_err(|error| format!("the machinery broke: {error}"))?;
        let (wall, cpu) = (started.elapsed(), self.cpu_time().saturating_sub(cpu));
        self.was_idle(wall, cpu.saturating_sub(work(&result)))?;
        match (memory, observe::peak_resident_bytes()) {
            (Some(before), Some(after)) if after > before + MEMORY_BYTES => {
                Err(format!("memory grew by {} MiB", (after - before) / 1024 / 1024))
            }
            _ => Ok(result),
        }
    }

    /// What this process used, less what the mock did.
    fn cpu_time(&self) -> Duration {
        observe::cpu_time().saturating_sub(self.mock.cpu_time().unwrap_or_default())
    }

    /// Only a run long enough to tell waiting from working is judged.
    fn was_idle(&self, wall: Duration, cpu: Duration) -> Result<(), String> {
        if self.spins || wall < Duration::from_millis(150) || cpu < wall / 2 {
            return Ok(());
        }
        Err(format!("used {} ms of CPU time in {} ms of waiting", cpu.as_millis(), wall.as_millis()))
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

fn nothing_left_behind(before: Resources) -> Result<(), String> {
    let start = Instant::now();
    loop {
        let now = Resources::now();
        if now.descriptors <= before.descriptors && now.threads <= before.threads {
            return Ok(());
        }
        if start.elapsed() > LEFT_BEHIND {
            return Err(format!(
                "left behind: {} descriptors were {}, {} threads were {}",
                now.descriptors, before.descriptors, now.threads, before.threads
            ));
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Every outcome is the answer to its own call.
pub(crate) fn answers(outcomes: &[Outcome]) -> Result<(), String> {
    for (id, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Ok(reply) if reply.status == 200 && reply.body == id.to_string().as_bytes() => {}
            other => return Err(format!("call {id} ended with {other:?}")),
        }
    }
    Ok(())
}

/// A run with at most this many calls in flight.
pub(crate) fn limited(in_flight: usize) -> Run {
    Run { in_flight: NonZeroUsize::new(in_flight).expect("a limit above zero"), ..Run::default() }
}
