//! `meanwhile completions`: what a shell needs to complete this program's commands and options.

use std::process::ExitCode;

use clap::{Args, Command};
use clap_complete::Shell;

use crate::{Error, text};

/// For which shell.
#[derive(Args, Debug)]
pub(super) struct CompletionsArgs {
    /// The shell that reads it
    shell: Shell,
}

/// Prints the shell's script.
///
/// # Errors
/// Standard output cannot be written.
pub(super) fn completions(args: &CompletionsArgs, mut program: Command) -> Result<ExitCode, Error> {
    let name = program.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, name, &mut script);
    text::say(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
