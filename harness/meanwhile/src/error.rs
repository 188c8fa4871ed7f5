//! Why a command ends without having done its work, and the exit status that says so.

use std::fmt;
use std::process::ExitCode;

/// One line for a person: what was tried, what came back, the likely cure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The command line asks for something impossible: exit status 2.
    Usage(String),
    /// Something was tried and did not work: exit status 1.
    Broken(String),
    /// Ctrl-C or SIGTERM: exit status 130, as shells have it.
    Interrupted,
    /// The same in a run, and what came of it.
    Cancelled(String),
}

impl Error {
    /// Something was tried, and `error` came back.
    pub fn broken(tried: impl fmt::Display, error: impl fmt::Display) -> Self {
        Self::Broken(format!("{tried}: {error}"))
    }

    /// What the process ends with.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage(_) => 2,
            Self::Broken(_) => 1,
            Self::Interrupted | Self::Cancelled(_) => 130,
        })
    }
}

impl From<contestant::Error> for Error {
    fn from(error: contestant::Error) -> Self {
        match error {
            contestant::Error::Broken(line) => Self::Broken(line),
            contestant::Error::Interrupted => Self::Interrupted,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(line) | Self::Broken(line) | Self::Cancelled(line) => f.write_str(line),
            Self::Interrupted => contestant::Error::Interrupted.fmt(f),
        }
    }
}

impl std::error::Error for Error {}
