//! The one list of models: what each is called, what it waits with, where it runs, and how it is made.
//!
//! *What to notice*: facts about a model are fields of its [`Entry`], and all code that goes through the models asks the
//! fields, never the name: the race, `list`, `check`, the benches, and the tests (`tests/every_model.rs`). So a new model
//! is one new entry in `list.rs`.

mod list;
mod name;

use std::fmt;
use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use conformance::{Cancels, Facts, Subject};
use downstream_call::Model;
pub use list::{CHILD_ARGUMENT, MODELS, child};
pub use name::ModelName;

/// One model of the list.
#[derive(Debug)]
pub struct Entry {
    /// Its name, everywhere.
    pub name: &'static str,
    /// The folder of its crate below `crates/`, which is also the name of its page.
    pub folder: &'static str,
    /// What it waits with, in a phrase.
    pub waits: &'static str,
    /// How many calls it can have in flight.
    pub at_once: AtOnce,
    /// When its calls in flight end after the run was cancelled.
    pub cancels: Cancels,
    /// How many threads it waits on.
    pub threads: Threads,
    /// Whether it uses CPU time while it waits.
    pub spins: bool,
    /// Whether the work with a reply holds up no other call, since another thread does it than the one that waits.
    pub offloads: bool,
    /// Whether `make chaos` can make its readiness unreliable.
    pub chaos: bool,
    /// Where it runs.
    pub platform: Platform,
    /// What to learn from its row in a race; empty if the row speaks for itself.
    pub lesson: &'static str,
    /// Whether it is one of the few rows of `race --projector`.
    pub on_projector: bool,
    /// Makes it, with all its threads, rings and runtimes.
    pub new: fn(&Setup) -> io::Result<Box<dyn Model>>,
}

/// What a model is made with; nothing of it has to be given.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// How many workers a pool has, or how many loops there are.
    pub workers: Option<NonZeroUsize>,
    /// The file of `meanwhile`, for a model that is several processes; this program itself, unless given.
    pub meanwhile: Option<PathBuf>,
}

/// How many workers a pool has unless the setup says otherwise.
pub const DEFAULT_WORKERS: NonZeroUsize = NonZeroUsize::new(32).unwrap();

/// How many calls a model can have in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtOnce {
    /// One after the other.
    One,
    /// One for each worker.
    Workers,
    /// As many as there are.
    Unlimited,
}

/// How many threads a model waits on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// The thread that runs the model, and no other.
    One,
    /// More than that.
    Several,
}

/// Where a model runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// On every system Rust's standard library knows.
    Everywhere,
    /// On Linux alone.
    Linux,
}

/// The model of that name.
///
/// # Errors
/// There is none; the text names the nearest one.
pub fn named(name: &str) -> Result<&'static Entry, String> {
    MODELS.iter().find(|entry| entry.name == name).ok_or_else(|| no_model(name))
}

fn no_model(name: &str) -> String {
    let name = contestant::text::printable(name.as_bytes(), 40);
    let distance = |entry: &&Entry| strsim::damerau_levenshtein(entry.name, &name);
    let part = MODELS.iter().find(|entry| name.len() > 2 && entry.name.contains(&name));
    match part.or_else(|| MODELS.iter().min_by_key(distance)) {
        Some(near) if part.is_some() || distance(&near) <= 4 => {
            format!("no model is called {name}: did you mean {}", near.name)
        }
        _ => format!("no model is called {name}: meanwhile list shows them all"),
    }
}

impl Entry {
    /// Tries rows of the suite with this model, as the worker of a supervisor.
    #[must_use]
    pub fn try_rows(&self, setup: &Setup) -> ExitCode {
        conformance::worker(&self.subject(setup, &|| (self.new)(setup)))
    }

    /// Makes the runs that a worker of the suite asks this model for, in a process that has no rows.
    #[must_use]
    pub fn be_host(&self, setup: &Setup) -> ExitCode {
        conformance::host(&self.subject(setup, &|| (self.new)(setup)))
    }

    /// What the suite holds it to beside the contract.
    #[must_use]
    pub fn facts(&self, setup: &Setup) -> Facts {
        let Self { cancels, spins, offloads, .. } = *self;
        Facts { at_once: self.at_once.limit(setup), cancels, spins, offloads }
    }

    fn subject<'a>(&'a self, setup: &Setup, new: &'a dyn Fn() -> io::Result<Box<dyn Model>>) -> Subject<'a> {
        let Facts { at_once, cancels, spins, offloads } = self.facts(setup);
        Subject { name: self.name, new, at_once, cancels, spins, offloads }
    }
}

impl Setup {
    fn workers(&self) -> NonZeroUsize {
        self.workers.unwrap_or(DEFAULT_WORKERS)
    }

    /// A loop for each core.
    fn loops(&self) -> io::Result<NonZeroUsize> {
        self.workers.map_or_else(std::thread::available_parallelism, Ok)
    }

    /// A process that is one of a model's several.
    fn child(&self) -> io::Result<Command> {
        let meanwhile = self.meanwhile.clone().map_or_else(contestant::this_program, Ok)?;
        let mut child = Command::new(meanwhile);
        child.arg(CHILD_ARGUMENT);
        Ok(child)
    }
}

impl AtOnce {
    /// How many calls can be in flight.
    #[must_use]
    pub fn limit(self, setup: &Setup) -> usize {
        match self {
            Self::One => 1,
            Self::Workers => setup.workers().get(),
            Self::Unlimited => usize::MAX,
        }
    }
}

impl fmt::Display for AtOnce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One => f.write_str("1 call"),
            Self::Workers => write!(f, "{DEFAULT_WORKERS} calls"),
            Self::Unlimited => f.write_str("all calls"),
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Everywhere => "everywhere",
            Self::Linux => "linux",
        })
    }
}
