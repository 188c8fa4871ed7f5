//! A model in a process of its own, so that no code of its author runs where verdicts are formed.
//!
//! *How it waits*: three processes. The supervisor starts a worker, which has the rows, the mock and the clock. The worker starts
//! a host, which has the model and nothing else: it makes the runs that it is asked for, and says how they ended (`wire.rs`). A
//! [`Guest`] in the worker is a `Model` that asks the host, so that every row is the same as for a model in this process.
//!
//! *What to notice*: what a host says counts as little as what a model returns. Calls in flight, CPU time, memory, threads,
//! descriptors and the end of its process are asked of the mock and of the system.
//!
//! *What is deliberately missing*: a boundary against hostile code. A host has the rights of the user who starts it.

mod guest;
mod host;
mod told;
mod wire;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::Facts;

pub(crate) use guest::Guest;
pub use host::host;

/// The first argument with which a worker starts a host.
pub const HOST_ARGUMENT: &str = "conformance-host";

/// A subject whose model is in a process of its own.
pub struct Outside<'a> {
    /// Starts a worker: a program of the grader's, which calls [`worker_outside`](crate::worker_outside).
    pub worker: &'a dyn Fn() -> Command,
    /// Starts a host: the program with the model, which calls [`host`], or [`main`](crate::main) with [`HOST_ARGUMENT`]. It is
    /// the worker that starts it: program, arguments, folder and changes of the environment are passed on, and nothing else.
    pub host: &'a dyn Fn() -> Command,
    /// What the model is held to beside the contract.
    pub facts: Facts,
}

/// What a worker has to know of a subject that is not in its own process.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Hosted {
    host: Program,
    pub(crate) facts: Facts,
}

/// A command as data.
#[derive(Debug, Serialize, Deserialize)]
struct Program {
    file: OsString,
    arguments: Vec<OsString>,
    folder: Option<PathBuf>,
    environment: Vec<(OsString, Option<OsString>)>,
}

impl From<&Outside<'_>> for Hosted {
    fn from(outside: &Outside<'_>) -> Self {
        Self { host: Program::from(&(outside.host)()), facts: outside.facts }
    }
}

impl From<&Command> for Program {
    fn from(command: &Command) -> Self {
        let owned = |(name, value): (&std::ffi::OsStr, Option<&std::ffi::OsStr>)| {
            (name.to_owned(), value.map(ToOwned::to_owned))
        };
        Self {
            file: command.get_program().to_owned(),
            arguments: command.get_args().map(ToOwned::to_owned).collect(),
            folder: command.get_current_dir().map(ToOwned::to_owned),
            environment: command.get_envs().map(owned).collect(),
        }
    }
}

impl Program {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.file);
        command.args(&self.arguments);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        for (name, value) in &self.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }
}
