//! What hyper says when a call fails, in the words all models share.
//!
//! *How it waits*: it does not.
//!
//! *What to notice*: hyper tells apart what a program should react to (a socket's error, an answer that is incomplete or
//! malformed), but why an answer is malformed it tells in prose alone. The reason is read from that prose, or found once
//! more in the bytes that hyper left. Should a version of hyper put it differently, the call still fails as `malformed`,
//! only with hyper's own words.
//!
//! *What is deliberately missing*: a decision. Whether a call failed, hyper has said; here it gets a name.

use std::borrow::Cow;
use std::error::Error;
use std::io;

use downstream_call::{Failure, MAX_FIELDS, MAX_HEAD_BYTES, TooLarge};

/// The failure that a hyper error stands for, and the bytes that it could not read.
pub(crate) fn from(error: &hyper::Error, unread: &[u8]) -> Failure {
    if let Some(error) = io_error(error) {
        return from_io(error);
    }
    if error.is_incomplete_message() {
        return Failure::Incomplete;
    }
    match error.to_string().as_str() {
        "message head is too large" => Failure::TooLarge(too_large(unread)),
        "invalid HTTP header parsed" => malformed_head(unread, "head"),
        "invalid HTTP status-code parsed" => malformed_head(unread, "status code"),
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

/// To hyper, a head with too many fields is too large, and so is one that declares a body of almost 2^64 bytes.
fn too_large(unread: &[u8]) -> TooLarge {
    match parse(unread) {
        Err(httparse::Error::TooManyHeaders) => TooLarge::Fields,
        _ if unread.len() < MAX_HEAD_BYTES => TooLarge::Body,
        _ => TooLarge::Head,
    }
}

/// httparse finds the same fault again, or `otherwise` hyper found one that httparse lets pass.
fn malformed_head(unread: &[u8], otherwise: &'static str) -> Failure {
    match parse(unread) {
        Ok(_) => malformed(otherwise),
        Err(httparse::Error::HeaderName) => malformed("field name"),
        Err(httparse::Error::HeaderValue) => malformed("field value"),
        Err(httparse::Error::NewLine) => malformed("line end"),
        Err(httparse::Error::Status) => malformed("status line"),
        Err(httparse::Error::Token) => malformed("token"),
        Err(httparse::Error::Version) => malformed("version"),
        Err(httparse::Error::TooManyHeaders) => Failure::TooLarge(TooLarge::Fields),
    }
}

fn parse(head: &[u8]) -> httparse::Result<usize> {
    httparse::Response::new(&mut [httparse::EMPTY_HEADER; MAX_FIELDS]).parse(head)
}

/// Parts of hyper's and httparse's sentences, and what they mean; the first that fits counts.
static PROSE: [(&str, Failure); 15] = [
    ("chunk extensions over limit", Failure::TooLarge(TooLarge::Extensions)),
    ("chunk trailers bytes over limit", Failure::TooLarge(TooLarge::Head)),
    ("chunk trailers count overflow", Failure::TooLarge(TooLarge::Fields)),
    ("HTTP version", malformed("version")),
    ("content-length", malformed("content-length")),
    ("transfer-encoding", malformed("transfer-encoding in HTTP/1.0")),
    ("chunk extension", malformed("chunk extension")),
    ("chunk size", malformed("chunk size")),
    ("chunk body", malformed("chunk end")),
    ("chunk end", malformed("chunked end")),
    ("header name", malformed("field name")),
    ("header value", malformed("field value")),
    ("new line", malformed("line end")),
    ("trailer end", malformed("trailer")),
    ("Partial header", malformed("trailer")),
];

const fn malformed(what: &'static str) -> Failure {
    Failure::Malformed(Cow::Borrowed(what))
}

fn from_prose(prose: &str) -> Failure {
    let known = PROSE.iter().find(|(part, _)| prose.contains(part));
    known.map_or_else(|| Failure::Malformed(prose.to_owned().into()), |(_, failure)| failure.clone())
}
