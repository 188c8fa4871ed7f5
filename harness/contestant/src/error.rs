//! Why a contestant has no result, when that is not the contestant's fault.

use std::fmt;

/// What was tried, what came back, the likely cure; or that the person in front of it wants it to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Something was tried and did not work.
    Broken(String),
    /// Ctrl-C or SIGTERM.
    Interrupted,
}

impl Error {
    /// Something was tried, and `error` came back.
    pub fn broken(tried: impl fmt::Display, error: impl fmt::Display) -> Self {
        Self::Broken(format!("{tried}: {error}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(line) => f.write_str(line),
            Self::Interrupted => f.write_str("interrupted: all that was started has ended"),
        }
    }
}

impl std::error::Error for Error {}
