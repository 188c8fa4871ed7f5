//! Turns hyper's errors into failures.
//!
//! *How it waits*: it does not.
//!
//! *What to notice*: predicates of hyper's errors (`is_parse`, `is_incomplete_message`) and their sources decide. hyper
//! advises against reading its messages. This page does so in one place: the limits of a chunked body have no type and
//! no predicate, so only the message distinguishes them from bad syntax.
//!
//! *What is deliberately missing*: which rule an answer breaks, and which limit of the head it exceeds. hyper has no
//! type for either; the failure of a malformed answer carries hyper's message.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::iter::successors;

use downstream_call::{Failure, TooLarge};
use http_body_util::LengthLimitError;

/// The failure for an error, found in it or in one of its sources.
pub(crate) fn from(error: &(dyn Error + 'static)) -> Failure {
    let mut errors = successors(Some(error), |&error| error.source());
    errors.find_map(known).unwrap_or_else(|| unsent(error))
}

/// The failure for one error without its sources; `None` if the sources have to decide.
fn known(error: &(dyn Error + 'static)) -> Option<Failure> {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return Some(failure.clone());
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return Some(from_io(error));
    }
    if error.is::<hyper::http::Error>() {
        return Some(Failure::Unsendable("hyper refuses the path or the host"));
    }
    if error.is::<LengthLimitError>() {
        return Some(Failure::TooLarge(TooLarge::Body));
    }
    match error.downcast_ref::<hyper::Error>()? {
        error if error.is_parse_too_large() => Some(Failure::TooLarge(TooLarge::Head)),
        error if error.is_parse() => Some(malformed(error)),
        error if error.is_incomplete_message() => Some(Failure::Incomplete),
        _ => None,
    }
}

/// The error of a socket, which has a code of the system, or of hyper's decoder for chunks, which has none.
fn from_io(error: &io::Error) -> Failure {
    match (error.raw_os_error(), error.kind()) {
        (Some(code), _) => io::Error::from_raw_os_error(code).into(),
        (None, ErrorKind::InvalidData | ErrorKind::InvalidInput) if is_limit_of_chunks(error) => {
            Failure::TooLarge(TooLarge::Head)
        }
        (None, ErrorKind::InvalidData | ErrorKind::InvalidInput) => malformed(error),
        (None, kind) => io::Error::from(kind).into(),
    }
}

/// More than 16 KiB of extensions, 64 KiB of trailers or 100 trailers. Of those, hyper counts lines that end in CRLF, and its
/// parser the others.
fn is_limit_of_chunks(error: &io::Error) -> bool {
    let message = error.to_string();
    ["over limit", "count overflow", "too many headers"].iter().any(|limit| message.contains(limit))
}

/// hyper cancels a request that it has not sent. Either the peer closed the connection first, and the error has no
/// source, or the peer answered first, and an error of hyper is the source. In all other cases the connection broke.
fn unsent(error: &(dyn Error + 'static)) -> Failure {
    match error.downcast_ref::<hyper::Error>() {
        Some(error) if error.is_canceled() => {
            let unexpected = error.source().filter(|source| source.is::<hyper::Error>());
            unexpected.map_or(Failure::Incomplete, malformed)
        }
        _ => Failure::Reset,
    }
}

fn malformed(error: &(impl Error + ?Sized)) -> Failure {
    Failure::Malformed(error.to_string().into())
}
