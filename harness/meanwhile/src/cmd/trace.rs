//! `meanwhile trace MODEL`: one run, watched from outside, as a picture and one sentence.
//!
//! *What to notice*: a trace is a race of one round that is watched: the same mock, a process for each contestant, the same
//! judgement. What is drawn is known for a program in any language, too.

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Duration;

use ::timeline::{File, Timeline};
use clap::Args;
use contestant::Program;
use downstream_mock::Jitter;

use crate::painted::PictureSize;
use crate::pictures::{PictureFiles, Pictures};
use crate::race::{self, Contestant, Environment, RaceArgs, Raced, Track};
use crate::{Error, HowArgs, LiveArgs, descriptors, text};

/// Beyond the time that the calls take one after the other.
const PATIENCE: Duration = Duration::from_secs(10);

/// What to trace, and how.
#[derive(Args, Clone, Debug)]
pub(super) struct TraceArgs {
    /// Models, and names given by --with [default: all given by --with]
    #[arg(value_name = "CONTESTANT")]
    contestants: Vec<String>,
    /// How many calls each contestant makes
    #[arg(long, default_value = "20", value_name = "N", value_parser = text::count)]
    calls: NonZeroUsize,
    /// How long the downstream takes to answer
    #[arg(long, default_value = "1s", value_name = "DURATION", value_parser = text::duration)]
    latency: Duration,
    /// Let latencies differ, the same for every contestant: none, uniform:MS, normal:MS or long-tail:MS:SHAPE
    #[arg(long, default_value = "none", value_name = "JITTER")]
    jitter: Jitter,
    /// Where the jitter starts [default: somewhere]
    #[arg(long, value_name = "N", value_parser = text::whole)]
    seed: Option<u64>,
    /// How to call
    #[command(flatten)]
    how: HowArgs,
    /// Let any program run: NAME='COMMAND {url} {calls}', and {in_flight}, {timeout_s} where it takes them
    #[arg(long, value_name = "NAME=COMMAND", value_parser = race::program)]
    with: Vec<Program>,
    /// How large the pictures are
    #[command(flatten)]
    size: PictureSize,
    /// Which files to write
    #[command(flatten)]
    pictures: Pictures,
}

/// Runs each contestant once, and prints its picture.
///
/// # Errors
/// The options contradict each other; something around the contestants broke; a contestant could not run; or Ctrl-C was
/// pressed. Calls that fail are no error: the picture says so, and the exit status is 1.
pub(super) fn trace(args: &TraceArgs) -> Result<ExitCode, Error> {
    if args.contestants.is_empty() && args.with.is_empty() {
        let cure = "name models, such as serial epoll-state-machine (meanwhile list has all), or give a program with --with";
        return Err(Error::Usage(format!("no contestant to trace: {cure}")));
    }
    let race = args.as_race();
    let contestants = Contestant::all(&race).map_err(Error::Usage)?;
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..));
    race.check(seed)?;
    let files = race.pictures.open()?;
    let at_once = contestants.iter().map(|contestant| contestant.at_once(&race, args.calls.get())).max();
    let limit = descriptors::provide_for(at_once.unwrap_or(0))?;
    let mut track = Track::open(&race, contestants, seed)?;
    track.watch();
    let raced = track.race(args.calls.get());
    let timelines = in_order(track.timelines(), &raced);
    let shown = show(args, &files, &timelines);
    let header = Environment::new(&race, seed, limit).timeline_header();
    files.write(&File { header, timelines })?;
    shown.and(raced.stopped.map_or(Ok(()), Err))?;
    if let Some((name, why)) = raced.standings.iter().find_map(not_run) {
        return Err(Error::broken(name, why));
    }
    let all_answered = raced.standings.iter().all(|standing| standing.failed.is_none());
    Ok(if all_answered { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl TraceArgs {
    /// A race of one round, in which each contestant may take as long as one that makes its calls one after the other.
    fn as_race(&self) -> RaceArgs {
        let programs = || self.with.iter().map(|program| program.name.clone()).collect();
        let one_call = self.latency.saturating_add(self.how.work.cpu_time());
        let calls = u32::try_from(self.calls.get()).unwrap_or(u32::MAX);
        RaceArgs {
            contestants: if self.contestants.is_empty() { programs() } else { self.contestants.clone() },
            calls: vec![self.calls],
            latency: self.latency,
            jitter: self.jitter,
            how: self.how.clone(),
            rounds: NonZeroUsize::MIN,
            patience: one_call.saturating_mul(calls).saturating_add(PATIENCE),
            projector: false,
            seed: self.seed,
            with: self.with.clone(),
            json: None,
            csv: None,
            pictures: self.pictures.clone(),
            live: LiveArgs::default(),
        }
    }
}

/// The timelines in the order of the contestants, as they were named.
fn in_order(mut timelines: Vec<Timeline>, raced: &Raced) -> Vec<Timeline> {
    let names: Vec<_> = raced.standings.iter().map(|standing| &standing.contestant).collect();
    timelines.sort_by_key(|timeline| names.iter().position(|name| **name == timeline.about.contestant));
    timelines
}

/// Nothing where standard output is for a file.
fn show(args: &TraceArgs, files: &PictureFiles, timelines: &[Timeline]) -> Result<(), Error> {
    if files.files().any(|(_, file)| file.is_standard_output()) {
        return Ok(());
    }
    text::say(&args.size.pictures(timelines))
}

fn not_run(standing: &race::Standing) -> Option<(&str, &str)> {
    Some((&standing.contestant, standing.not_run.as_ref()?))
}
