//! The chunked transfer coding (RFC 9112, section 7.1), byte by byte, except for the data.

use crate::{Failure, MAX_BODY_BYTES, MAX_FIELDS, MAX_HEAD_BYTES, TooLarge};

/// The most bytes of chunk extensions in one body. They have no meaning here, so only an attacker sends many.
const MAX_EXTENSION_BYTES: usize = 16 * 1024;

/// Where in a chunked body the next byte belongs.
#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// The first digit of a chunk's size.
    #[default]
    SizeStart,
    /// Another digit, or the byte after the digits.
    Size,
    /// Spaces and tabs after the digits.
    SizeBlank,
    Extension,
    SizeLineFeed,
    Data,
    DataReturn,
    DataLineFeed,
    /// The start of a line after the last chunk: a trailer, or the end.
    TrailerStart,
    Trailer,
    TrailerLineFeed,
    LastLineFeed,
}

/// A chunked body that is being read.
#[derive(Debug, Default)]
pub(crate) struct Chunked {
    state: State,
    /// The size of a chunk while its digits are read; then the number of its bytes that are still missing.
    missing: u64,
    extension_bytes: usize,
    trailers: Vec<u8>,
    trailer_lines: usize,
}

impl Chunked {
    /// Moves data from `bytes` to `body`; true once the last chunk and its trailers are read.
    pub(crate) fn decode(&mut self, bytes: &mut &[u8], body: &mut Vec<u8>) -> Result<bool, Failure> {
        while let Some((&byte, rest)) = bytes.split_first() {
            if matches!(self.state, State::Data) {
                self.data(bytes, body)?;
                continue;
            }
            *bytes = rest;
            if matches!((self.state, byte), (State::LastLineFeed, b'\n')) {
                return self.check_trailers().map(|()| true);
            }
            self.state = self.advance(byte)?;
        }
        Ok(false)
    }

    fn data(&mut self, bytes: &mut &[u8], body: &mut Vec<u8>) -> Result<(), Failure> {
        let taken = usize::try_from(self.missing).map_or(bytes.len(), |missing| missing.min(bytes.len()));
        if body.len() + taken > MAX_BODY_BYTES {
            return Err(Failure::TooLarge(TooLarge::Body));
        }
        body.extend_from_slice(&bytes[..taken]);
        *bytes = &bytes[taken..];
        self.missing -= taken as u64;
        if self.missing == 0 {
            self.state = State::DataReturn;
        }
        Ok(())
    }

    /// Takes one byte that is not data, and returns the state for the next one.
    fn advance(&mut self, byte: u8) -> Result<State, Failure> {
        match self.state {
            State::SizeStart => self.digit(byte),
            State::Size => match byte {
                b'\t' | b' ' => Ok(State::SizeBlank),
                b';' => Ok(State::Extension),
                b'\r' => Ok(State::SizeLineFeed),
                _ => self.digit(byte),
            },
            State::SizeBlank => match byte {
                b'\t' | b' ' => Ok(State::SizeBlank),
                b';' => Ok(State::Extension),
                b'\r' => Ok(State::SizeLineFeed),
                _ => Err(malformed("chunk size")),
            },
            State::Extension => self.extension(byte),
            State::SizeLineFeed => {
                let next = if self.missing == 0 { State::TrailerStart } else { State::Data };
                expect(byte, b'\n', next, "chunk size")
            }
            State::Data => unreachable!("data is taken in runs, not byte by byte"),
            State::DataReturn => expect(byte, b'\r', State::DataLineFeed, "chunk end"),
            State::DataLineFeed => expect(byte, b'\n', State::SizeStart, "chunk end"),
            State::TrailerStart => match byte {
                b'\r' if self.trailers.is_empty() => Ok(State::LastLineFeed),
                b'\r' => self.trailer(byte, State::LastLineFeed),
                _ => self.trailer(byte, State::Trailer),
            },
            State::Trailer => {
                self.trailer(byte, if byte == b'\r' { State::TrailerLineFeed } else { State::Trailer })
            }
            State::TrailerLineFeed => self.trailer_end(byte),
            State::LastLineFeed => expect(byte, b'\n', State::LastLineFeed, "chunked end"),
        }
    }

    fn digit(&mut self, byte: u8) -> Result<State, Failure> {
        let digit = char::from(byte).to_digit(16).ok_or(malformed("chunk size"))?;
        let size = self.missing.checked_mul(16).ok_or(malformed("chunk size"))?;
        self.missing = size + u64::from(digit);
        Ok(State::Size)
    }

    fn extension(&mut self, byte: u8) -> Result<State, Failure> {
        self.extension_bytes += usize::from(byte != b'\r');
        match byte {
            b'\r' => Ok(State::SizeLineFeed),
            // Some servers end the line at this byte and others do not, so an attacker could smuggle a chunk past one
            // of them.
            b'\n' => Err(malformed("chunk extension")),
            _ if self.extension_bytes >= MAX_EXTENSION_BYTES => Err(Failure::TooLarge(TooLarge::Extensions)),
            _ => Ok(State::Extension),
        }
    }

    fn trailer(&mut self, byte: u8, next: State) -> Result<State, Failure> {
        self.trailers.push(byte);
        if self.trailers.len() >= MAX_HEAD_BYTES {
            return Err(Failure::TooLarge(TooLarge::Head));
        }
        Ok(next)
    }

    fn trailer_end(&mut self, byte: u8) -> Result<State, Failure> {
        if byte != b'\n' {
            return Err(malformed("trailer"));
        }
        if self.trailer_lines == MAX_FIELDS {
            return Err(Failure::TooLarge(TooLarge::Fields));
        }
        self.trailer_lines += 1;
        self.trailer(byte, State::TrailerStart)
    }

    /// Trailers are not part of the reply, but they have to be valid fields.
    fn check_trailers(&mut self) -> Result<(), Failure> {
        if self.trailers.is_empty() {
            return Ok(());
        }
        self.trailer(b'\n', State::LastLineFeed)?;
        let mut fields = vec![httparse::EMPTY_HEADER; self.trailer_lines];
        match httparse::parse_headers(&self.trailers, &mut fields).map_err(Failure::refused)? {
            httparse::Status::Complete(_) => Ok(()),
            httparse::Status::Partial => Err(malformed("trailer")),
        }
    }
}

fn expect(byte: u8, expected: u8, next: State, what: &'static str) -> Result<State, Failure> {
    if byte == expected { Ok(next) } else { Err(malformed(what)) }
}

fn malformed(what: &'static str) -> Failure {
    Failure::Malformed(what.into())
}
