//! Makes a run, and measures in it what questions ask for.
//!
//! *What to notice*: the mock, the system and the measuring process are asked, as in a race. What the model prints does not count.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::time::Duration;

use contestant::measure::{Measured, Usage};
use contestant::{Process, this_program};
use downstream_call::Work;
use downstream_mock::faults::{BrokenDiamond, StepB as BrokenStepB};
use downstream_mock::{Config, Mock};
use exercises::explain::{Answer, ExplainedRun, Plan, Quantity, Question, StepB};
use timeline::{CallLane, CallState, Lanes, ThreadState, Timeline, blocked};

use crate::race::OneRun;
use crate::{Error, HowArgs, WorkArg};

/// The longest that a call may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest that a run may take beside that.
const PATIENCE: Duration = Duration::from_secs(20);
/// The calls of a diamond.
const OF_A_DIAMOND: usize = 5;

/// A run that was made; what the system does not tell is nothing.
pub(super) struct Made {
    wall_s: f64,
    cpu_s: Option<f64>,
    threads: Option<u64>,
    /// The most at a time, and all of them, as the downstream counts them.
    in_flight: Option<u64>,
    requests: u64,
    /// Of a diamond, nothing: its calls are not told apart.
    timeline: Option<Timeline>,
}

impl Made {
    /// Makes it.
    pub(super) fn by(run: &ExplainedRun) -> Result<Self, Error> {
        match run.plan {
            Plan::Calls(calls) => Self::calls(run, calls),
            Plan::Diamond(StepB::Answered) => Self::diamond(run),
            Plan::Diamond(StepB::Closed) => Self::broken_diamond(run),
        }
    }

    fn calls(run: &ExplainedRun, calls: NonZeroUsize) -> Result<Self, Error> {
        let one = OneRun {
            contestant: run.model.clone(),
            program: None,
            calls,
            latency: latency(run),
            how: how(run),
            patience: PATIENCE,
        };
        let watched = one.watch()?;
        let whole = || watched.fault.unwrap_or_else(|| "it was ended".into());
        let round = watched.round.filter(|round| round.failed == 0).ok_or_else(|| Error::Broken(whole()))?;
        Ok(Self {
            wall_s: round.wall_s,
            cpu_s: sum(round.user_s, round.system_s),
            threads: round.peak_threads,
            in_flight: Some(round.peak_in_flight),
            // One for each call, or the run had failed.
            requests: round.ok as u64,
            timeline: Some(watched.timeline),
        })
    }

    fn diamond(run: &ExplainedRun) -> Result<Self, Error> {
        let config = Config { latency: latency(run), ..Config::default() };
        let mock = Mock::start(config).map_err(|error| Error::broken("starting the mock", error))?;
        let usage = usage(run, &format!("{}/diamond", mock.url()))?;
        let stats = mock.stats();
        Ok(Self { in_flight: Some(stats.peak_in_flight), ..Self::of_a_diamond(&usage, stats.requests) })
    }

    fn broken_diamond(run: &ExplainedRun) -> Result<Self, Error> {
        let downstream = BrokenDiamond::start(BrokenStepB::Closes)
            .map_err(|error| Error::broken("starting the downstream", error))?;
        let usage = usage(run, &downstream.url())?;
        Ok(Self::of_a_diamond(&usage, downstream.asked().len() as u64))
    }

    fn of_a_diamond(usage: &Usage, requests: u64) -> Self {
        Self {
            wall_s: usage.wall_s,
            cpu_s: sum(usage.user_s, usage.system_s),
            threads: usage.peak_threads,
            in_flight: None,
            requests,
            timeline: None,
        }
    }

    /// What a question asks for; nothing where the system does not show it.
    pub(super) fn measured(&self, question: &Question, run: &ExplainedRun) -> Option<Answer> {
        let latency_s = latency(run).as_secs_f64();
        let number = match question.measured {
            Quantity::SleepsIn => return self.sleeps_in().map(Answer::Text),
            Quantity::Latencies => self.wall_s / latency_s,
            Quantity::CallEndsAfterLatencies => seconds(self.lane(question.call?)?.until_us()) / latency_s,
            Quantity::LastEndsAfterFirstInWork => self.last_after_first_in_work()?,
            Quantity::AnswersKept => self.answers_kept()? as f64,
            Quantity::Threads => self.threads? as f64,
            Quantity::InFlight => self.in_flight? as f64,
            Quantity::Requests => self.requests as f64,
            Quantity::CpuMs => self.cpu_s? * 1e3,
        };
        Some(Answer::Number(number))
    }

    /// What is drawn of it.
    pub(super) fn into_timeline(self) -> Option<Timeline> {
        self.timeline
    }

    fn lanes(&self) -> Option<Lanes> {
        self.timeline.as_ref().map(Lanes::of)
    }

    fn lane(&self, call: usize) -> Option<CallLane> {
        self.lanes()?.calls.into_iter().find(|lane| lane.call == call)
    }

    fn last_after_first_in_work(&self) -> Option<f64> {
        let lanes = self.lanes()?;
        let ends = || lanes.calls.iter().map(CallLane::until_us);
        let between_us = ends().max()? - ends().min()?;
        let spans = lanes.calls.iter().flat_map(|call| &call.spans);
        let worked = spans.filter(|span| span.state == CallState::Computing);
        let pieces: Vec<_> = worked.map(|span| span.until_us - span.from_us).collect();
        let mean_us = pieces.iter().sum::<u64>() as f64 / pieces.len() as f64;
        (!pieces.is_empty()).then(|| between_us as f64 / mean_us)
    }

    fn answers_kept(&self) -> Option<usize> {
        let blocked = blocked(&self.lanes()?);
        Some(blocked.iter().map(|blocked| blocked.ready).max().unwrap_or(0))
    }

    /// The system call in which the threads that read answers slept for the longest time.
    fn sleeps_in(&self) -> Option<String> {
        let timeline = self.timeline.as_ref()?;
        let readers: Vec<_> = self.lanes()?.calls.iter().filter_map(|call| call.handled_on).collect();
        let mut slept_us = HashMap::new();
        for stretch in timeline.stretches.iter().filter(|stretch| readers.contains(&stretch.thread)) {
            if let ThreadState::AsleepIn(call) = &stretch.state {
                *slept_us.entry(call.clone()).or_insert(0) += stretch.until_us - stretch.from_us;
            }
        }
        slept_us.into_iter().max_by_key(|(_, us)| *us).map(|(call, _)| call)
    }
}

/// Makes a diamond in a process of its own, and says what it used.
fn usage(run: &ExplainedRun, url: &str) -> Result<Usage, Error> {
    let this = this_program().map_err(|error| Error::broken("finding this program's file", error))?;
    let mut words = vec![this.clone().into(), "run".into(), run.model.clone().into(), "--diamond".into()];
    words.push(format!("--url={url}").into());
    words.extend(how(run).words().map(Into::into));
    let process = Process::start(&this, &words, OF_A_DIAMOND, None)
        .map_err(|error| Error::broken("starting a process to measure in", error))?;
    let output = process.wait(TIMEOUT + PATIENCE, |_| {})?;
    match output.and_then(|output| output.measured) {
        Some(Measured::Ended(usage)) => Ok(usage),
        Some(Measured::NotStarted(why)) => Err(Error::Broken(format!("it could not be started: {why}"))),
        None => Err(Error::Broken("it did not end by itself: try it again".into())),
    }
}

fn how(run: &ExplainedRun) -> HowArgs {
    let work = match run.work_ms {
        0 => Work::None,
        ms => Work::CpuTime(Duration::from_millis(ms)),
    };
    HowArgs { timeout: TIMEOUT, in_flight: run.in_flight, workers: run.workers, work: WorkArg(work) }
}

fn latency(run: &ExplainedRun) -> Duration {
    Duration::from_millis(run.latency_ms)
}

fn sum(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    Some(one? + other?)
}

fn seconds(us: u64) -> f64 {
    Duration::from_micros(us).as_secs_f64()
}
