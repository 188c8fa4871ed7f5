//! Why a command ends without having done its work, and what that means to whoever started it.

use std::fmt;
use std::process::ExitCode;

/// One line for a person: what was tried, what came back, the likely cure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The command line asks for what can't be: exit status 2.
    Usage(String),
    /// Something was tried and did not work: exit status 1.
    Broken(String),
    /// Ctrl-C or SIGTERM: exit status 130, as shells have it.
    Interrupted,
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
            Self::Interrupted => 130,
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(line) | Self::Broken(line) => f.write_str(line),
            Self::Interrupted => f.write_str("interrupted: all contestants were ended"),
        }
    }
}

impl std::error::Error for Error {}
