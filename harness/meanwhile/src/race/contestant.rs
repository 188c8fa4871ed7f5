//! What takes part in a race: the models of the list, and any program.

use std::collections::HashSet;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use ::contestant::{Placeholders, Program};
use downstream_call::Work;
use timeline::About;

use super::{RaceArgs, latencies};
use crate::HowArgs;
use crate::models::{self, Entry, MODELS};

/// Anything a race can start.
#[derive(Clone, Debug)]
pub(crate) enum Contestant {
    Model(&'static Entry),
    Program(Program),
}

/// The calls of one heat.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heat<'race> {
    pub(super) args: &'race RaceArgs,
    pub(super) calls: usize,
    /// How long the downstream takes for each of them.
    pub(super) latencies: &'race [Duration],
}

impl Contestant {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Model(entry) => entry.name,
            Self::Program(program) => &program.name,
        }
    }

    /// All contestants: all models and all programs, or those of the models that are named and all programs.
    pub(crate) fn all(args: &RaceArgs) -> Result<Vec<Self>, String> {
        let programs = || args.with.iter().cloned().map(Self::Program);
        let is_program = |name: &&String| args.with.iter().any(|program| program.name == **name);
        let named = args.contestants.iter().filter(|name| !is_program(name)).map(|name| models::named(name));
        let models = if args.contestants.is_empty() {
            MODELS.iter().filter(|entry| entry.on_projector || !args.projector).collect()
        } else {
            named.collect::<Result<_, _>>()?
        };
        let all: Vec<_> = Vec::into_iter(models).map(Self::Model).chain(programs()).collect();
        let mut names = HashSet::new();
        match all.iter().find(|contestant| !names.insert(contestant.name())) {
            Some(twice) => Err(format!("{} is there twice: name each contestant once", twice.name())),
            None => Ok(all),
        }
    }

    /// How many calls it will have in flight, as far as is known.
    pub(crate) fn at_once(&self, args: &RaceArgs, calls: usize) -> usize {
        match self {
            Self::Model(entry) => args.how.at_once(entry, calls),
            Self::Program(_) => args.how.allowed(calls),
        }
    }

    /// How it waits, if that is known.
    pub(crate) fn waits(&self) -> Option<&'static str> {
        match self {
            Self::Model(entry) => Some(entry.waits),
            Self::Program(_) => None,
        }
    }

    /// The command that runs it, with `meanwhile` itself as the program that knows the models.
    pub(super) fn command(
        &self,
        meanwhile: &Path,
        heat: Heat<'_>,
        url: &str,
        with_milestones: bool,
    ) -> Vec<OsString> {
        match self {
            Self::Model(entry) => {
                let mut words = vec![meanwhile.into(), "run".into(), entry.name.into()];
                words.push(format!("--url={url}").into());
                words.push(format!("--calls={}", heat.calls).into());
                words.extend(heat.args.how.words().map(OsString::from));
                words.extend(with_milestones.then(|| "--milestones".into()));
                words
            }
            Self::Program(program) => program.words(&heat.placeholders(url)),
        }
    }
}

impl Heat<'_> {
    fn placeholders<'url>(&self, url: &'url str) -> Placeholders<'url> {
        let how = &self.args.how;
        let (in_flight, timeout) = (how.allowed(self.calls), how.timeout);
        Placeholders { url, calls: self.calls, in_flight, timeout }
    }

    /// What a timeline says of a run of this contestant.
    pub(super) fn about(&self, contestant: &Contestant, round: usize) -> About {
        let HowArgs { in_flight, work, .. } = &self.args.how;
        About {
            contestant: contestant.name().into(),
            waits: contestant.waits().map(String::from),
            calls: self.calls,
            in_flight: in_flight.map(NonZeroUsize::get),
            latency_ms: self.args.latency_ms(),
            jitter: if self.args.has_jitter() { self.args.jitter.to_string() } else { String::new() },
            work: match work.0 {
                Work::None => String::new(),
                _ => work.to_string(),
            },
            round,
        }
    }

    /// How long the contestant should take: the latencies that it has to wait for one after the other, and the work.
    pub(super) fn expectation(&self, contestant: &Contestant) -> Duration {
        let work =
            self.args.how.work.cpu_time().saturating_mul(u32::try_from(self.calls).unwrap_or(u32::MAX));
        let at_once = contestant.at_once(self.args, self.calls);
        latencies::expectation(self.latencies, at_once).saturating_add(work)
    }
}
