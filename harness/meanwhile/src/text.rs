//! What a person writes on the command line, and where the program prints its answer.

use std::fs::File;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::time::Duration;

use contestant::text::printable;

use crate::Error;

/// Prints to standard output. Ignores a closed pipe.
pub(crate) fn say(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

/// A count on the command line.
pub(crate) fn count(text: &str) -> Result<NonZeroUsize, String> {
    at_most(10_000_000, text)
}

/// A number of threads, loops or processes on the command line.
pub(crate) fn workers(text: &str) -> Result<NonZeroUsize, String> {
    at_most(1000, text)
}

fn at_most(most: usize, text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse().ok().filter(|number: &NonZeroUsize| number.get() <= most);
    number.ok_or_else(|| format!("write a whole number, 1 or more, and at most {most}"))
}

/// A duration on the command line.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|_| "write a number with its unit, such as 250ms, 1s or 2m".into())
}

/// A file for results, or standard output for `-`.
pub(crate) fn open(name: &str) -> Result<Box<dyn Write>, Error> {
    if name == "-" {
        return Ok(Box::new(io::stdout()));
    }
    let file = File::create(name).map_err(|error| {
        let name = printable(name.as_bytes(), 80);
        Error::Usage(format!("writing to {name}: {error}: choose a file that can be written"))
    })?;
    Ok(Box::new(io::BufWriter::new(file)))
}
