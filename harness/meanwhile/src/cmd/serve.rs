//! `meanwhile serve`: the slow downstream alone, until Ctrl-C.

use std::process::ExitCode;

use downstream_mock::ServeArgs;

use crate::Error;

pub(super) fn serve(args: &ServeArgs) -> Result<ExitCode, Error> {
    downstream_mock::serve(args, &["serve"]).map_err(|error| Error::Broken(error.to_string()))?;
    Ok(ExitCode::SUCCESS)
}
