//! Who takes part: the models of the list, and any program.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use super::RaceArgs;
use crate::models::{self, Entry, MODELS};
use crate::text;

/// Anything a race can start.
#[derive(Clone, Debug)]
pub(super) enum Contestant {
    Model(&'static Entry),
    Program(Program),
}

/// A program of any kind: `NAME='COMMAND {url} {calls}'`.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) name: String,
    pub(super) command: String,
    /// The command, split into words as a shell would.
    words: Vec<String>,
}

/// The calls of one heat.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heat<'race> {
    pub(super) args: &'race RaceArgs,
    pub(super) url: &'race str,
    pub(super) calls: usize,
}

/// What stands in a program's command for what it is asked to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blanks<'call> {
    pub(crate) url: &'call str,
    pub(crate) calls: usize,
    pub(crate) in_flight: usize,
    pub(crate) timeout: Duration,
}

impl Contestant {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Model(entry) => entry.name,
            Self::Program(program) => &program.name,
        }
    }

    /// Who runs: all models and all programs, or those of the models that are named and all programs.
    pub(super) fn all(args: &RaceArgs) -> Result<Vec<Self>, String> {
        let programs = || args.with.iter().cloned().map(Self::Program);
        let is_program = |name: &&String| args.with.iter().any(|program| program.name == **name);
        let named = args.contestants.iter().filter(|name| !is_program(name)).map(|name| models::named(name));
        let models = if args.contestants.is_empty() {
            MODELS.iter().collect()
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
    pub(super) fn at_once(&self, args: &RaceArgs, calls: usize) -> usize {
        match self {
            Self::Model(entry) => args.how.at_once(entry, calls),
            Self::Program(_) => args.how.allowed(calls),
        }
    }

    /// The command that runs it, with `meanwhile` itself as the program that knows the models.
    pub(super) fn command(&self, meanwhile: &Path, heat: Heat<'_>) -> Vec<OsString> {
        match self {
            Self::Model(entry) => {
                let mut words = vec![meanwhile.into(), "run".into(), entry.name.into()];
                words.push(format!("--url={}", heat.url).into());
                words.push(format!("--calls={}", heat.calls).into());
                words.extend(heat.args.how.words().map(OsString::from));
                words
            }
            Self::Program(program) => program.words(&heat.blanks()),
        }
    }
}

impl Program {
    /// The command that makes such calls.
    pub(crate) fn words(&self, blanks: &Blanks<'_>) -> Vec<OsString> {
        self.words.iter().map(|word| blanks.fill_in(word).into()).collect()
    }

    /// Whether the command has a place for this.
    pub(crate) fn takes(&self, blank: &str) -> bool {
        self.words.iter().any(|word| word.contains(blank))
    }
}

impl Blanks<'_> {
    fn fill_in(&self, word: &str) -> String {
        word.replace("{calls}", &self.calls.to_string())
            .replace("{in_flight}", &self.in_flight.to_string())
            .replace("{timeout_s}", &self.timeout.as_secs_f64().to_string())
            .replace("{timeout_ms}", &self.timeout.as_millis().to_string())
            .replace("{url}", self.url)
    }
}

impl<'race> Heat<'race> {
    fn blanks(&self) -> Blanks<'race> {
        let how = &self.args.how;
        let (in_flight, timeout) = (how.allowed(self.calls), how.timeout);
        Blanks { url: self.url, calls: self.calls, in_flight, timeout }
    }

    /// How long the contestant should take: as many latencies as it has to wait for one after the other.
    pub(super) fn expectation(&self, contestant: &Contestant) -> Duration {
        let waits = self.calls.div_ceil(contestant.at_once(self.args, self.calls));
        let work =
            self.args.how.work.cpu_time().saturating_mul(u32::try_from(self.calls).unwrap_or(u32::MAX));
        self.args.latency.saturating_mul(u32::try_from(waits).unwrap_or(u32::MAX)).saturating_add(work)
    }
}

/// `NAME='COMMAND {url} {calls}'`
pub(crate) fn program(text: &str) -> Result<Program, String> {
    let (name, command) = text.split_once('=').ok_or("write NAME='COMMAND {url} {calls}'")?;
    let shown = text::printable(name.as_bytes(), 40);
    if name.is_empty() || name.chars().count() > 24 || shown != name {
        return Err(format!("the name {shown:?} is not 1 to 24 printable characters"));
    }
    if models::named(name).is_ok() {
        return Err(format!("{name} is a model's name: choose another"));
    }
    let words = shlex::split(command).ok_or("a quote is not closed in the command")?;
    if words.is_empty() {
        return Err("the command is empty: write NAME='COMMAND {url} {calls}'".into());
    }
    Ok(Program { name: name.into(), command: command.into(), words })
}
