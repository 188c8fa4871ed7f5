//! `meanwhile serve`: the slow downstream alone, until Ctrl-C.

use std::process::ExitCode;

use downstream_mock::{ServeArgs, ServeError};

use crate::Error;

pub(super) fn serve(args: &ServeArgs) -> Result<ExitCode, Error> {
    match downstream_mock::serve(args, &["serve"]) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(ServeError::Usage(line)) => Err(Error::Usage(line)),
        Err(ServeError::Broken(error)) => Err(Error::Broken(error.to_string())),
    }
}
