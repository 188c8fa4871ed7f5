//! hyper's errors by the names of the contestant protocol.
//!
//! *How it waits*: it does not.
//!
//! *What to notice*: predicates and sources decide. The limits of a chunked body have neither, so only their messages
//! distinguish them from bad syntax.
//!
//! *What is deliberately missing*: which rule an answer breaks. hyper has no type for it.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::iter::successors;

use http_body_util::LengthLimitError;

/// Why a call has no reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its class, named as in the contestant protocol: `reset`, `incomplete`, `malformed`, `too-large`, `timed-out`.
    pub class: &'static str,
    /// hyper's messages, from the error to its last source.
    pub message: String,
}

impl Refusal {
    pub(crate) fn timed_out() -> Self {
        Self { class: "timed-out", message: String::new() }
    }

    pub(crate) fn too_large() -> Self {
        Self { class: "too-large", message: "the length of the body is beyond the limit".into() }
    }

    /// Takes a refusal out of an error, or makes one from it.
    pub(crate) fn from(error: &(dyn Error + 'static)) -> Self {
        if let Some(refusal) = error.downcast_ref::<Self>() {
            return refusal.clone();
        }
        let errors = || successors(Some(error), |&error| error.source());
        let class = errors().find_map(class).unwrap_or_else(|| unsent(error));
        let messages: Vec<_> = errors().map(ToString::to_string).collect();
        Self { class, message: messages.join(": ") }
    }
}

fn class(error: &(dyn Error + 'static)) -> Option<&'static str> {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return class_of_io(error);
    }
    if error.is::<LengthLimitError>() {
        return Some("too-large");
    }
    match error.downcast_ref::<hyper::Error>()? {
        error if error.is_parse_too_large() => Some("too-large"),
        error if error.is_parse() => Some("malformed"),
        error if error.is_incomplete_message() => Some("incomplete"),
        _ => None,
    }
}

fn class_of_io(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        ErrorKind::ConnectionRefused => Some("connect-refused"),
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => Some("reset"),
        ErrorKind::UnexpectedEof => Some("incomplete"),
        ErrorKind::InvalidData | ErrorKind::InvalidInput => {
            Some(if is_limit_of_chunks(&error.to_string()) { "too-large" } else { "malformed" })
        }
        _ => None,
    }
}

fn is_limit_of_chunks(message: &str) -> bool {
    ["over limit", "count overflow", "too many headers"].iter().any(|limit| message.contains(limit))
}

/// hyper cancels a request that it has not sent. Either the peer closed the connection first, or it answered first, and
/// then the source is an error of hyper.
fn unsent(error: &(dyn Error + 'static)) -> &'static str {
    match error.downcast_ref::<hyper::Error>().filter(|error| error.is_canceled()) {
        Some(error) if error.source().is_some_and(<dyn Error>::is::<hyper::Error>) => "malformed",
        Some(_) => "incomplete",
        None => "reset",
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.class, self.message)
    }
}

impl Error for Refusal {}
