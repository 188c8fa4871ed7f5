//! `meanwhile completions`: what a shell needs to complete this program's commands and options.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Arg, Args, Command};
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
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if args.shell == Shell::Fish {
        script += &values_for_fish(&program);
    }
    text::say(&script)?;
    Ok(ExitCode::SUCCESS)
}

/// clap's script for fish completes options alone. These lines complete what a command takes without one: a model, a shell.
fn values_for_fish(program: &Command) -> String {
    let (name, mut lines) = (program.get_name(), String::new());
    for command in program.get_subcommands().filter(|command| !command.is_hide_set()) {
        let condition = format!("__fish_{name}_using_subcommand {}", command.get_name());
        for value in command.get_positionals().flat_map(Arg::get_possible_values) {
            let help = value.get_help().map(ToString::to_string).unwrap_or_default();
            let help = help.replace('\\', "\\\\").replace('\'', "\\'");
            let value = value.get_name();
            // Writing to a string cannot fail.
            let _ = writeln!(lines, "complete -c {name} -n \"{condition}\" -f -a {value} -d '{help}'");
        }
    }
    lines
}
