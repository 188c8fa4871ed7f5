//! Reading a response: the head by `httparse`, the body by its framing (RFC 9112, section 6).
//!
//! The rules are those of hyper's client, the strict and the lenient ones alike, so that a call ends in every model as
//! it ends in `async-await`. The book's strictness page lists them.

use std::mem::{self, MaybeUninit};

use crate::chunked::Chunked;
use crate::{Failure, MAX_BODY_BYTES, MAX_FIELDS, MAX_HEAD_BYTES, Reply, TooLarge};

/// As much of a response as has arrived.
#[derive(Debug)]
pub(crate) enum Response {
    /// The bytes of a head that is not complete.
    Head(Vec<u8>),
    /// The head is complete.
    Body(Body),
}

#[derive(Debug)]
pub(crate) struct Body {
    status: u16,
    bytes: Vec<u8>,
    framing: Framing,
}

/// How a body ends.
#[derive(Debug)]
enum Framing {
    /// After this many more bytes.
    Length(usize),
    /// With its last chunk.
    Chunked(Chunked),
    /// With the connection.
    UntilClose,
}

impl Default for Response {
    fn default() -> Self {
        Self::Head(Vec::new())
    }
}

impl Response {
    /// Takes the next bytes, and returns the reply once it is complete.
    pub(crate) fn received(&mut self, bytes: &[u8]) -> Result<Option<Reply>, Failure> {
        match self {
            Self::Head(kept) if kept.is_empty() => self.head(bytes),
            Self::Head(kept) => {
                let mut all = mem::take(kept);
                let before = all.len();
                all.extend_from_slice(bytes);
                if has_empty_line(&all, before) { self.head(&all) } else { self.keep(all) }
            }
            Self::Body(body) => body.received(bytes),
        }
    }

    /// The connection ended.
    pub(crate) fn closed(self) -> Result<Reply, Failure> {
        match self {
            Self::Body(body) if matches!(body.framing, Framing::UntilClose) => Ok(body.into_reply()),
            Self::Head(_) | Self::Body(_) => Err(Failure::Incomplete),
        }
    }

    /// Parses heads from the start of `bytes`, and skips interim responses (RFC 9110, section 15.2).
    fn head(&mut self, mut bytes: &[u8]) -> Result<Option<Reply>, Failure> {
        while let Some((length, status, framing)) = parse(bytes)? {
            bytes = &bytes[length..];
            if matches!(status, 100 | 102..=199) {
                continue;
            }
            let mut body = Body { status, bytes: Vec::new(), framing };
            let reply = body.received(bytes)?;
            *self = Self::Body(body);
            return Ok(reply);
        }
        self.keep(bytes.to_vec())
    }

    fn keep(&mut self, bytes: Vec<u8>) -> Result<Option<Reply>, Failure> {
        if bytes.len() >= MAX_HEAD_BYTES {
            return Err(Failure::TooLarge(TooLarge::Head));
        }
        *self = Self::Head(bytes);
        Ok(None)
    }
}

impl Body {
    fn received(&mut self, mut bytes: &[u8]) -> Result<Option<Reply>, Failure> {
        let whole = match &mut self.framing {
            Framing::Length(missing) => {
                let taken = bytes.len().min(*missing);
                if self.bytes.is_empty() {
                    self.bytes = bytes[..taken].to_vec(); // most bodies arrive in one piece: no spare capacity
                } else {
                    self.bytes.extend_from_slice(&bytes[..taken]);
                }
                *missing -= taken;
                *missing == 0
            }
            Framing::Chunked(chunked) => chunked.decode(&mut bytes, &mut self.bytes)?,
            Framing::UntilClose => {
                self.bytes.extend_from_slice(bytes);
                false
            }
        };
        if self.bytes.len() > MAX_BODY_BYTES {
            return Err(Failure::TooLarge(TooLarge::Body));
        }
        Ok(whole.then(|| mem::take(self).into_reply()))
    }

    fn into_reply(self) -> Reply {
        Reply { status: self.status, body: self.bytes, worked: None }
    }
}

impl Default for Body {
    /// The value left behind when the reply is taken.
    fn default() -> Self {
        Self { status: 0, bytes: Vec::new(), framing: Framing::UntilClose }
    }
}

/// The head at the start of `bytes`, if it is whole: its length, status and how the body will end.
fn parse(bytes: &[u8]) -> Result<Option<(usize, u16, Framing)>, Failure> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let mut fields = [const { MaybeUninit::uninit() }; MAX_FIELDS];
    let mut head = httparse::Response::new(&mut []);
    let parsed = httparse::ParserConfig::default()
        .parse_response_with_uninit_headers(&mut head, bytes, &mut fields)
        .map_err(Failure::refused)?;
    let httparse::Status::Complete(length) = parsed else { return Ok(None) };
    if length > MAX_HEAD_BYTES {
        return Err(Failure::TooLarge(TooLarge::Head));
    }
    let status = head.code.filter(|code| *code >= 100).ok_or(Failure::Malformed("status code".into()))?;
    Ok(Some((length, status, framing(status, &head)?)))
}

/// How the body of the answer to a `GET` ends (RFC 9112, section 6.3).
fn framing(status: u16, head: &httparse::Response<'_, '_>) -> Result<Framing, Failure> {
    if matches!(status, 100..=199 | 204 | 304) {
        return Ok(Framing::Length(0));
    }
    if let Some(encoding) = values(head, "transfer-encoding").last() {
        return match visible(encoding) {
            _ if head.version == Some(0) => Err(Failure::Malformed("transfer-encoding in HTTP/1.0".into())),
            Some(text) if last_is_chunked(text) => Ok(Framing::Chunked(Chunked::default())),
            _ => Ok(Framing::UntilClose),
        };
    }
    let mut length = None;
    for value in values(head, "content-length") {
        for digits in visible(value).ok_or(bad_length())?.split(',') {
            let this = number(digits.trim().as_bytes()).ok_or(bad_length())?;
            if length.replace(this).is_some_and(|earlier| earlier != this) {
                return Err(bad_length());
            }
        }
    }
    match length {
        None => Ok(Framing::UntilClose),
        Some(length) if length <= MAX_BODY_BYTES as u64 => Ok(Framing::Length(length as usize)),
        Some(_) => Err(Failure::TooLarge(TooLarge::Body)),
    }
}

fn values<'head>(
    head: &'head httparse::Response<'_, '_>,
    name: &'static str,
) -> impl Iterator<Item = &'head [u8]> {
    head.headers.iter().filter(move |field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value)
}

fn last_is_chunked(encodings: &str) -> bool {
    encodings.rsplit(',').next().is_some_and(|last| last.trim().eq_ignore_ascii_case("chunked"))
}

/// A value as text, if it has only visible ASCII characters, spaces and tabs.
fn visible(value: &[u8]) -> Option<&str> {
    let plain = value.iter().all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
    std::str::from_utf8(value).ok().filter(|_| plain)
}

/// Accepts digits only: `str::parse` would accept a sign as well.
fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

fn bad_length() -> Failure {
    Failure::Malformed("content-length".into())
}

/// Whether an empty line, after a line of text, ends in the bytes from `start` on. Without one the head is not
/// complete, and is not parsed again: parsing it after each byte would cost the square of its length. The same holds
/// for empty lines before the head.
fn has_empty_line(bytes: &[u8], start: usize) -> bool {
    // Begin up to four bytes earlier: the last byte of the text, and `\r\n\r\n` without its last byte.
    let mut lines = bytes[start.saturating_sub(4)..].split_inclusive(|byte| *byte == b'\n');
    let mut text = false;
    lines.any(|line| {
        let empty = matches!(line, b"\n" | b"\r\n");
        mem::replace(&mut text, !empty) && empty
    })
}
