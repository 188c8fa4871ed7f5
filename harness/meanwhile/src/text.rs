//! What a person writes on the command line, and where the program prints its answer.

use std::borrow::Cow;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::time::Duration;

use crate::Error;

/// Prints to standard output. Ignores a closed pipe.
///
/// # Errors
/// Standard output cannot be written for another reason, such as a full disk.
pub(crate) fn say(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    unless_closed(written).map_err(|error| {
        let cure = "send it to a file or a terminal that can be written";
        Error::broken("writing to standard output", format!("{error}: {cure}"))
    })
}

/// A reader that has closed its pipe has read enough: that is no error.
pub(crate) fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
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

/// A number on the command line that may be zero.
pub(crate) fn whole(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "write a whole number, 0 or more".into())
}

/// A duration on the command line.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|_| "write a number with its unit, such as 250ms, 1s or 2m".into())
}

/// A spreadsheet computes a cell that starts like a formula, and may start programs by it; an apostrophe makes it text.
pub(crate) fn defused(text: &str) -> Cow<'_, str> {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}").into(),
        false => text.into(),
    }
}
