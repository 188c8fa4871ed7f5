//! The one list of models: what each is called, what it waits with, where it runs, and how it is made.
//!
//! *What to notice.* The list is written inside a macro, because two things are made from it: the table [`MODELS`],
//! and, by [`test_every_model!`](crate::test_every_model), one test case for each model. A new model adds one entry
//! here, and everything that goes through all models goes through it as well.

use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::Command;

use downstream_call::Model;

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

/// All models, in the order in which the book teaches them.
pub const MODELS: &[Entry] = crate::model_list!(model_entries);

/// The list. `$consumer` is a macro that gets `{ given }` and then the entries.
#[doc(hidden)]
#[macro_export]
macro_rules! model_list {
    ($consumer:ident $($given:tt)*) => {
        $crate::$consumer! {
            { $($given)* }
            serial "serial" {
                waits: "in a blocking read, one call at a time",
                at_once: One,
                platform: Everywhere,
                lesson: "waits for one answer before it asks for the next: times add up",
                make: |_| serial::Serial::new(),
            }
            busy_poll "busy-poll" {
                waits: "not at all: asks every socket again and again",
                at_once: Unlimited,
                platform: Everywhere,
                lesson: "asks all the time, so that waiting costs a core",
                make: |_| busy_poll::BusyPoll::new(),
            }
            thread_per_call "thread-per-call" {
                waits: "in a blocking read, on a thread for each call",
                at_once: Unlimited,
                platform: Everywhere,
                lesson: "",
                make: |_| thread_pool::ThreadPerCall::new(),
            }
            thread_pool "thread-pool" {
                waits: "in a blocking read, on one of a few threads",
                at_once: Workers,
                platform: Everywhere,
                lesson: "calls beyond the workers wait for a worker, not for the downstream",
                make: |setup| thread_pool::ThreadPool::with_workers(setup.workers()),
            }
            rayon "rayon" {
                waits: "in a blocking read, on a pool made for computing",
                at_once: Workers,
                platform: Everywhere,
                lesson: "the same as thread-pool; its own default, a worker for each core, is made for computing",
                make: |setup| thread_pool::Rayon::with_workers(setup.workers()),
            }
            epoll_state_machine "epoll-state-machine" {
                waits: "in epoll_wait, with an enum for each call",
                at_once: Unlimited,
                platform: Linux,
                lesson: "",
                make: |_| epoll_state_machine::EpollStateMachine::new(),
            }
            generator_style "generator-style" {
                waits: "in a loop's poll, once each call has yielded its socket",
                at_once: Unlimited,
                platform: Everywhere,
                lesson: "",
                make: |_| generator_style::GeneratorStyle::new(),
            }
            per_core "per-core" {
                waits: "in a loop's poll, on a thread for each core",
                at_once: Unlimited,
                platform: Everywhere,
                lesson: "",
                make: |setup| per_core::PerCore::with_loops(setup.loops()?),
            }
            per_process "per-process" {
                waits: "in a loop's poll, in a process for each core",
                at_once: Unlimited,
                platform: Everywhere,
                lesson: "its memory and threads are those of all its processes, added up",
                make: |setup| per_core::PerProcess::with_program(setup.child()?, setup.loops()?),
            }
        }
    };
}

/// The list as [`MODELS`].
#[doc(hidden)]
#[macro_export]
macro_rules! model_entries {
    ({} $($case:ident $name:literal {
        waits: $waits:literal,
        at_once: $at_once:ident,
        platform: $platform:ident,
        lesson: $lesson:literal,
        make: |$setup:pat_param| $make:expr,
    })*) => {
        &[$(Entry {
            name: $name,
            waits: $waits,
            at_once: AtOnce::$at_once,
            platform: Platform::$platform,
            lesson: $lesson,
            make: $crate::model_make!($platform, |$setup: &Setup| Ok(Box::new($make?) as Box<dyn Model>)),
        }),*]
    };
}

/// Leaves a model's code out where it would not compile.
#[doc(hidden)]
#[macro_export]
macro_rules! model_make {
    (Everywhere, $make:expr) => {
        Some($make)
    };
    (Unix, $make:expr) => {{
        #[cfg(unix)]
        {
            Some($make)
        }
        #[cfg(not(unix))]
        None
    }};
    (Linux, $make:expr) => {{
        #[cfg(target_os = "linux")]
        {
            Some($make)
        }
        #[cfg(not(target_os = "linux"))]
        None
    }};
}

/// Makes each function a test with one case for each model, named after it (`rstest`). The function's first argument is
/// the model's [`Entry`]; more may follow, as `rstest` knows them.
///
/// ```ignore
/// harness::test_every_model! {
///     fn a_refused_port_fails_every_call(model: &Entry) {
///         // runs as a_refused_port_fails_every_call::case_01_serial, ...
///     }
/// }
/// ```
#[macro_export]
macro_rules! test_every_model {
    ($($(#[$attribute:meta])* fn $test:ident($($arguments:tt)*) { $($body:tt)* })*) => {
        $($crate::model_list! { model_cases $(#[$attribute])* fn $test($($arguments)*) { $($body)* } })*
    };
}

/// The list as the cases of one test.
#[doc(hidden)]
#[macro_export]
macro_rules! model_cases {
    (
        { $(#[$attribute:meta])* fn $test:ident($($arguments:tt)*) { $($body:tt)* } }
        $($case:ident $name:literal { $($entry:tt)* })*
    ) => {
        #[rstest::rstest]
        $(#[case::$case($crate::models::named($name).unwrap())])*
        $(#[$attribute])*
        fn $test(#[case] $($arguments)*) { $($body)* }
    };
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
