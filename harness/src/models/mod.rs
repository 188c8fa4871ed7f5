//! The one list of models: what each is called, what it waits with, where it runs, and how it is made.
//!
//! *What to notice*: a new model adds one entry to the list (`list.rs`), and everything that goes through all models goes
//! through it as well: the race, `list`, `check`, the benches, and every test of
//! [`test_every_model!`](crate::test_every_model).

mod cases;
mod list;

use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::Command;

use downstream_call::Model;
pub use list::MODELS;

/// One model of the list.
#[derive(Debug)]
pub struct Entry {
    /// Its name, everywhere.
    pub name: &'static str,
    /// What it waits with, in a phrase.
    pub waits: &'static str,
    /// How many calls it can have in flight.
    pub at_once: AtOnce,
    /// Where it runs.
    pub platform: Platform,
    /// What to learn from its row in a race.
    pub lesson: &'static str,
    /// Makes it; `None` where the platform lacks what it waits with.
    pub make: Option<Make>,
}

/// Makes a model, with all its threads, rings and runtimes.
pub type Make = fn(&Setup) -> io::Result<Box<dyn Model>>;

/// What a model is made with; nothing of it has to be given.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// How many workers a pool has, or how many loops there are.
    pub workers: Option<NonZeroUsize>,
    /// The file of `meanwhile`, for a model that is several processes; this program itself, unless given.
    pub meanwhile: Option<PathBuf>,
}

/// How many workers a pool has unless told otherwise.
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

/// Where a model runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// On every system Rust's standard library knows.
    Everywhere,
    /// Where processes fork and descriptors are small numbers.
    Unix,
    /// On Linux alone.
    Linux,
}

/// The model of that name.
///
/// # Errors
/// There is none; the text says which name is near.
pub fn named(name: &str) -> Result<&'static Entry, String> {
    MODELS.iter().find(|entry| entry.name == name).ok_or_else(|| no_model(name))
}

fn no_model(name: &str) -> String {
    let name = crate::text::printable(name.as_bytes(), 40);
    let distance = |entry: &&Entry| strsim::damerau_levenshtein(entry.name, &name);
    match MODELS.iter().min_by_key(distance) {
        Some(near) if distance(&near) <= 4 => {
            format!("no model is called {name}: did you mean {}", near.name)
        }
        _ => format!("no model is called {name}: meanwhile list shows them all"),
    }
}

impl Entry {
    /// Makes the model.
    ///
    /// # Errors
    /// The platform or the kernel lacks what the model waits with, or resources have run out.
    pub fn make(&self, setup: &Setup) -> io::Result<Box<dyn Model>> {
        let make = self.make.ok_or_else(|| {
            let reason = format!("it needs {}, and this is {}", self.platform, std::env::consts::OS);
            io::Error::new(io::ErrorKind::Unsupported, reason)
        })?;
        make(setup)
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
        let meanwhile = self.meanwhile.clone().map_or_else(std::env::current_exe, Ok)?;
        let mut child = Command::new(meanwhile);
        child.arg(per_core::CHILD_ARGUMENT);
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

impl std::fmt::Display for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Everywhere => "everywhere",
            Self::Unix => "unix",
            Self::Linux => "linux",
        })
    }
}
