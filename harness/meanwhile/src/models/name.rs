//! A model's name on the command line. Any text is one here, since a program in a race has a name, too; what a shell offers are
//! the names of the list.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command};

use super::MODELS;

/// Reads any text, and is completed with the names of the models.
#[derive(Clone, Copy, Debug)]
pub struct ModelName;

impl TypedValueParser for ModelName {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(MODELS.iter().map(|entry| PossibleValue::new(entry.name).help(entry.waits))))
    }
}
