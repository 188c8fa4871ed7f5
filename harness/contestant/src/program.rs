//! A program as it is written on a command line: `NAME='COMMAND {url} {calls}'`.

use std::ffi::OsString;
use std::str::FromStr;
use std::time::Duration;

use crate::{placeholders, text};

/// A program of any kind.
#[derive(Clone, Debug)]
pub struct Program {
    /// What its rows are called.
    pub name: String,
    /// The command as it was written.
    pub command: String,
    /// The command, split into words as a shell would.
    words: Vec<String>,
}

/// What the placeholders in a program's command stand for.
#[derive(Clone, Copy, Debug)]
pub struct Placeholders<'call> {
    /// `{url}`
    pub url: &'call str,
    /// `{calls}`
    pub calls: usize,
    /// `{in_flight}`
    pub in_flight: usize,
    /// `{timeout_s}` and `{timeout_ms}`
    pub timeout: Duration,
}

impl Program {
    /// The command with its placeholders replaced.
    #[must_use]
    pub fn words(&self, placeholders: &Placeholders<'_>) -> Vec<OsString> {
        self.words.iter().map(|word| placeholders.replace_in(word).into()).collect()
    }

    /// Whether the command contains this placeholder.
    #[must_use]
    pub fn contains(&self, placeholder: &str) -> bool {
        self.words.iter().any(|word| word.contains(placeholder))
    }
}

impl Placeholders<'_> {
    fn replace_in(&self, word: &str) -> String {
        word.replace("{calls}", &self.calls.to_string())
            .replace("{in_flight}", &self.in_flight.to_string())
            .replace("{timeout_s}", &self.timeout.as_secs_f64().to_string())
            .replace("{timeout_ms}", &self.timeout.as_millis().to_string())
            .replace("{url}", self.url)
    }
}

impl FromStr for Program {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, command) = text.split_once('=').ok_or("write NAME='COMMAND {url} {calls}'")?;
        let shown = text::printable(name.as_bytes(), 40);
        if name.is_empty() || name.chars().count() > 24 || shown != name {
            return Err(format!("the name {shown:?} is not 1 to 24 printable characters"));
        }
        let words = shlex::split(command).ok_or("a quote is not closed in the command")?;
        if words.is_empty() {
            return Err("the command is empty: write NAME='COMMAND {url} {calls}'".into());
        }
        placeholders::check(&words)?;
        Ok(Self { name: name.into(), command: command.into(), words })
    }
}
