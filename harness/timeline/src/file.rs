//! A file of timelines: a header, then a record a line, each a JSON document.

use std::fmt;
use std::io::{self, BufRead, Read, Write};

use serde::{Deserialize, Serialize};

use crate::{Record, Timeline};

/// The name and version of the format.
pub const SCHEMA: &str = "meanwhile.timeline/1";

/// The longest line that is read, in bytes: a record holds no more than a contestant's command or an error.
const LINE_LIMIT_BYTES: u64 = 1024 * 1024;

/// The timelines of a race: round after round, the contestants of each as the command line has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Where they are from.
    pub header: Header,
    /// One for each run.
    pub timelines: Vec<Timeline>,
}

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`SCHEMA`].
    pub schema: String,
    /// The program that wrote the file, and its version.
    pub program: String,
    /// The system and the machine, such as `linux 6.12 x86_64, 2 cores`.
    pub machine: String,
    /// When the race began, in UTC: `2026-03-01T09:30:00Z`; empty if that is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub began: String,
    /// The command that ran it; empty if that is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub command: String,
}

/// Why a file cannot be read, in words for people.
#[derive(Debug)]
pub enum ReadError {
    /// The system says so.
    System(io::Error),
    /// It is no file of timelines.
    NoTimeline,
    /// It has another version.
    OtherVersion(String),
    /// This line, from 1, is not as the format has it.
    BadLine(usize, String),
}

impl Default for Header {
    fn default() -> Self {
        let [program, machine, began, command] = [const { String::new() }; 4];
        Self { schema: SCHEMA.into(), program, machine, began, command }
    }
}

impl File {
    /// Writes the header and all records.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        line(&mut out, &self.header)?;
        for record in self.timelines.iter().flat_map(Timeline::records) {
            line(&mut out, &record)?;
        }
        out.flush()
    }

    /// Reads what [`write`](File::write) has written.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read(mut from: impl BufRead) -> Result<Self, ReadError> {
        let first = next_line(&mut from, 1)?.ok_or(ReadError::NoTimeline)?;
        let mut file = Self { header: header(&first)?, timelines: Vec::new() };
        for number in 2.. {
            let Some(text) = next_line(&mut from, number)? else { break };
            let record = serde_json::from_str(&text).map_err(|error| bad(number, &error))?;
            file.note(record).map_err(|why| ReadError::BadLine(number, why.into()))?;
        }
        Ok(file)
    }

    fn note(&mut self, record: Record) -> Result<(), &'static str> {
        let about = match (record, self.timelines.last_mut()) {
            (Record::Run(about), _) => Some(about),
            (record, Some(timeline)) => timeline.note(record),
            (_, None) => return Err("a record before the first run"),
        };
        self.timelines.extend(about.map(Timeline::new));
        Ok(())
    }
}

fn line(out: &mut impl Write, document: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, document)?;
    out.write_all(b"\n")
}

fn next_line(from: &mut impl BufRead, number: usize) -> Result<Option<String>, ReadError> {
    let mut text = String::new();
    match from.by_ref().take(LINE_LIMIT_BYTES).read_line(&mut text) {
        Ok(0) => Ok(None),
        Ok(bytes) if bytes as u64 == LINE_LIMIT_BYTES => Err(ReadError::BadLine(number, "too long".into())),
        Ok(_) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(ReadError::NoTimeline),
        Err(error) => Err(ReadError::System(error)),
    }
}

/// The version is read first: another one may have another header.
fn header(text: &str) -> Result<Header, ReadError> {
    #[derive(Deserialize)]
    struct Version {
        schema: String,
    }
    let Version { schema } = serde_json::from_str(text).map_err(|_| ReadError::NoTimeline)?;
    match schema.as_str() {
        SCHEMA => serde_json::from_str(text).map_err(|error| bad(1, &error)),
        _ => Err(ReadError::OtherVersion(schema)),
    }
}

fn bad(number: usize, error: &serde_json::Error) -> ReadError {
    ReadError::BadLine(number, error.to_string())
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(error) => error.fmt(f),
            Self::NoTimeline => {
                write!(f, "its first line names no schema: race --timeline FILE writes such a file")
            }
            Self::OtherVersion(schema) => {
                write!(
                    f,
                    "it has {:?}, and this program reads {SCHEMA}",
                    schema.chars().take(60).collect::<String>()
                )
            }
            Self::BadLine(number, why) => write!(f, "line {number} is no record of {SCHEMA}: {why}"),
        }
    }
}

impl std::error::Error for ReadError {}
