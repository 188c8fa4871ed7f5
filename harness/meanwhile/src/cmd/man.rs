//! `meanwhile man`: the manual page of the program, or of one of its commands.

use std::process::ExitCode;

use clap::{Args, Command};
use clap_mangen::Man;

use crate::{Error, text};

/// Which page.
#[derive(Args, Debug)]
pub(super) struct ManArgs {
    /// A command, such as race [default: the program]
    command: Option<String>,
}

/// Prints the page as `man` reads it.
///
/// # Errors
/// There is no such command, or standard output cannot be written.
pub(super) fn man(args: &ManArgs, mut program: Command) -> Result<ExitCode, Error> {
    // Gives each command its whole name: `meanwhile race`.
    program.build();
    let page = match &args.command {
        None => program,
        Some(name) => program.find_subcommand(name).cloned().ok_or_else(|| {
            Error::Usage(format!("there is no command {name:?}: meanwhile --help shows them all"))
        })?,
    };
    let title = page.get_display_name().unwrap_or_else(|| page.get_name()).to_owned();
    let mut rendered = Vec::new();
    let written = Man::new(page).title(title).render(&mut rendered);
    written.map_err(|error| Error::broken("writing the manual page", error))?;
    text::say(&String::from_utf8_lossy(&rendered))?;
    Ok(ExitCode::SUCCESS)
}
