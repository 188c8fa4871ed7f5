//! What hyper says when a call fails, in the words all models share.
//!
//! *How it waits*: it does not.
//!
//! *What to notice*: hyper tells apart what a program should react to (parse error, incomplete, a socket's error), but
//! of a malformed answer it tells the reason only in prose. The reasons are read from that prose: should a version of
//! hyper put one differently, the call still fails as `malformed`, only with hyper's own words.
//!
//! *What is deliberately missing*: the fields of a head that were at fault. hyper does not keep them.

use std::error::Error;
use std::io;

use downstream_call::{Failure, MAX_HEAD_BYTES, TooLarge};

/// The failure that a hyper error stands for, after so many bytes of the answer.
pub(crate) fn from(error: &hyper::Error, received: usize) -> Failure {
    if let Some(error) = io_error(error) {
        return from_io(error);
    }
    if error.is_incomplete_message() {
        return Failure::Incomplete;
    }
    match error.to_string().as_str() {
        // Too many fields are too large a head to hyper, but they come first.
        "message head is too large" if received < MAX_HEAD_BYTES => Failure::TooLarge(TooLarge::Fields),
        "error reading a body from connection" => Failure::Reset,
        prose => from_prose(prose),
    }
}

/// The socket's error, or that of the chunked decoder, which comes as one.
fn io_error(error: &hyper::Error) -> Option<&io::Error> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref() {
            return Some(error);
        }
        source = error.source();
    }
    None
}

fn from_io(error: &io::Error) -> Failure {
    match (error.raw_os_error(), error.kind()) {
        (Some(code), _) => io::Error::from_raw_os_error(code).into(),
        (None, io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => from_prose(&error.to_string()),
        (None, kind) => io::Error::from(kind).into(),
    }
}

/// Parts of hyper's and httparse's sentences, and what they mean; the first that fits counts.
static PROSE: [(&str, Failure); 18] = [
    ("message head is too large", Failure::TooLarge(TooLarge::Head)),
    ("chunk extensions over limit", Failure::TooLarge(TooLarge::Extensions)),
    ("chunk trailers bytes over limit", Failure::TooLarge(TooLarge::Head)),
    ("chunk trailers count overflow", Failure::TooLarge(TooLarge::Fields)),
    ("status-code", malformed("status line")),
    ("HTTP version", malformed("version")),
    ("content-length", malformed("content-length")),
    ("transfer-encoding", malformed("transfer-encoding in HTTP/1.0")),
    ("HTTP header", malformed("head")),
    ("chunk extension", malformed("chunk extension")),
    ("chunk size", malformed("chunk size")),
    ("chunk body", malformed("chunk end")),
    ("chunk end", malformed("chunked end")),
    ("header name", malformed("field name")),
    ("header value", malformed("field value")),
    ("new line", malformed("line end")),
    ("railer", malformed("trailer")),
    ("Partial header", malformed("trailer")),
];

const fn malformed(what: &'static str) -> Failure {
    Failure::Malformed(std::borrow::Cow::Borrowed(what))
}

fn from_prose(prose: &str) -> Failure {
    let known = PROSE.iter().find(|(part, _)| prose.contains(part));
    known.map_or_else(|| Failure::Malformed(prose.to_owned().into()), |(_, failure)| failure.clone())
}
