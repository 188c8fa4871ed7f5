//! An outcome as a line of text: `CALL STATUS BODY`, or `CALL - FAILURE`. The one place where outcomes become text and
//! are read back.
//!
//! *What to notice*: the body is escaped as by [`u8::escape_ascii`], so one outcome is one line whatever the body holds,
//! and a program in any language can print it.

use std::fmt;

use crate::{Failure, Outcome};

/// How one call ended, as one line: what a contestant prints for each call, in any order. `Name` is what its failure is
/// called: a [`Failure`], or any text where a program in another language may have names of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<Name = Failure> {
    /// Which call: its number from 0.
    pub call: usize,
    /// How it ended: the status and the body, or the failure.
    pub answer: Result<(u16, Vec<u8>), Name>,
}

impl Line {
    /// The line for a call's outcome.
    #[must_use]
    pub fn new(call: usize, outcome: Outcome) -> Self {
        Self { call, answer: outcome.map(|reply| (reply.status, reply.body)) }
    }

    /// Reads a line without its line end.
    #[must_use]
    pub fn parse(line: &[u8]) -> Option<Self> {
        Self::read(line, |name| str::from_utf8(name).ok()?.parse().ok())
    }
}

impl Line<String> {
    /// Reads a line without its line end, whatever its failure is called.
    #[must_use]
    pub fn parse_any_failure(line: &[u8]) -> Option<Self> {
        Self::read(line, |name| Some(String::from_utf8_lossy(name).into_owned()))
    }
}

impl<Name> Line<Name> {
    fn read(line: &[u8], failure: impl FnOnce(&[u8]) -> Option<Name>) -> Option<Self> {
        let mut fields = line.splitn(3, |byte| *byte == b' ');
        let call = number(fields.next()?)?;
        let status = fields.next()?;
        let rest = fields.next().unwrap_or_default();
        let answer = match status {
            b"-" => Err(failure(rest)?),
            _ => Ok((number(status)?, unescape(rest)?)),
        };
        Some(Self { call, answer })
    }
}

impl<Name: fmt::Display> fmt::Display for Line<Name> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.answer {
            Ok((status, body)) => write!(f, "{} {status} {}", self.call, body.escape_ascii()),
            Err(failure) => write!(f, "{} - {failure}", self.call),
        }
    }
}

/// Accepts digits only: `str::parse` would accept a sign as well.
pub(crate) fn number<Number: std::str::FromStr>(digits: &[u8]) -> Option<Number> {
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    str::from_utf8(digits).ok()?.parse().ok()
}

/// Undoes [`u8::escape_ascii`].
fn unescape(mut text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    while let Some((&first, rest)) = text.split_first() {
        let (byte, rest) = if first == b'\\' { escaped(rest)? } else { (first, rest) };
        bytes.push(byte);
        text = rest;
    }
    Some(bytes)
}

/// The byte that was escaped, and what follows it.
fn escaped(text: &[u8]) -> Option<(u8, &[u8])> {
    let (&kind, rest) = text.split_first()?;
    let byte = match kind {
        b't' => b'\t',
        b'r' => b'\r',
        b'n' => b'\n',
        b'\'' | b'"' | b'\\' => kind,
        b'x' => {
            let (digits, rest) = rest.split_at_checked(2)?;
            return Some((u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?, rest));
        }
        _ => return None,
    };
    Some((byte, rest))
}
