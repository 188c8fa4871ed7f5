//! The command line as it is read: what may be left out, and what is wrong with it in one line.
//!
//! *What to notice*: a race needs no subcommand. What starts with a contestant or with an option is one, so that
//! `meanwhile serial` and `meanwhile --calls 50` do what a person means by them.

use std::any::TypeId;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::time::Duration;

use clap::{Arg, Command};

use crate::models::MODELS;
use crate::{Error, WorkArg};

/// The arguments with `race` in its place, if it was left out.
pub(super) fn complete(mut arguments: Vec<OsString>, program: &Command) -> Vec<OsString> {
    let first = arguments.get(1).map(|first| first.to_string_lossy().into_owned());
    if first.is_none_or(|first| is_of_race(&first, program)) {
        let at = arguments.len().min(1);
        arguments.insert(at, "race".into());
    }
    if arguments.len() == 1 {
        arguments.insert(0, "meanwhile".into());
    }
    arguments
}

/// Whether a command line that starts so is one of a race.
fn is_of_race(first: &str, program: &Command) -> bool {
    const OWN_OPTIONS: [&str; 4] = ["-h", "--help", "-V", "--version"];
    if first.starts_with('-') {
        return !OWN_OPTIONS.contains(&first);
    }
    let distance = |name: &str| strsim::damerau_levenshtein(name, first);
    let commands = program.get_subcommands().map(|command| distance(command.get_name())).min();
    let models = MODELS.iter().map(|entry| distance(entry.name)).min();
    // A misspelt name is taken for what it is nearest to, and then told as that.
    first != "help" && models < commands && models <= Some(MISSPELT)
}

/// More letters than this are another word.
const MISSPELT: usize = 2;

/// The program's options: what takes a number or a duration also reads `-1`, so that it is told why that is none.
pub(super) fn reads_negative_values(program: Command) -> Command {
    let negative = |argument: Arg| {
        let takes = argument.get_value_parser().type_id();
        let is_amount = NUMBERS.iter().any(|number| takes == number());
        if argument.is_positional() || !is_amount { argument } else { argument.allow_hyphen_values(true) }
    };
    let names: Vec<_> = program.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    names
        .into_iter()
        .fold(program, |program, name| program.mut_subcommand(name, |command| command.mut_args(negative)))
}

/// What an option may be an amount of.
const NUMBERS: [fn() -> TypeId; 6] = [
    TypeId::of::<NonZeroUsize>,
    TypeId::of::<Duration>,
    TypeId::of::<u64>,
    TypeId::of::<usize>,
    TypeId::of::<u8>,
    TypeId::of::<WorkArg>,
];

/// The program as completions and manual pages describe it: without the commands with which it starts itself.
pub(super) fn for_people(program: &Command) -> Command {
    let shown = program.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let described = Command::new("meanwhile").version(env!("CARGO_PKG_VERSION")).subcommands(shown);
    described.about(program.get_about().cloned().unwrap_or_default())
}

/// What clap says in paragraphs, without the usage: what is wrong, and the cure.
pub(super) fn usage(error: &clap::Error) -> Error {
    let text = error.render().to_string();
    let paragraphs = text.split("\n\n").take_while(|paragraph| !paragraph.starts_with("Usage:"));
    let words: Vec<_> = paragraphs
        .filter(|paragraph| !paragraph.starts_with("For more information"))
        .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let line = words.join(": ").trim_start_matches("error: ").to_owned();
    Error::Usage(match error.kind() {
        clap::error::ErrorKind::InvalidSubcommand if words.len() == 1 => {
            format!("{line}: meanwhile --help shows the commands, meanwhile list the models")
        }
        _ => line,
    })
}
