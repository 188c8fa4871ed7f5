//! An answer on its way: its bytes, where they are cut, and what the peer does after the last one.
//!
//! *How it waits*: it does not.
//!
//! *What to notice*: a fuzzer's input is a delivery in two bytes and the answer, see [`Delivery::decode`].
//!
//! *What is deliberately missing*: pauses. The time at which a piece arrives makes no difference to a parser.

use std::fmt;

/// What the peer does after its last byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It closes the connection.
    Close,
    /// It resets the connection.
    Reset,
    /// It does nothing until the deadline.
    Silence,
}

/// The pieces of an answer, as one read after another returns them.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The bytes of each read.
    pub pieces: Vec<Vec<u8>>,
    /// What comes after them.
    pub end: End,
}

/// The bits of a fuzzer's first byte.
mod how {
    pub(super) const CUT: u8 = 0b11;
    pub(super) const END: u8 = 0b11 << 2;
    pub(super) const JUNK_BEHIND: u8 = 1 << 4;
}

impl Delivery {
    /// In one piece.
    #[must_use]
    pub fn whole(answer: &[u8], end: End) -> Self {
        Self { pieces: vec![answer.to_vec()], end }
    }

    /// In pieces of `size` bytes.
    #[must_use]
    pub fn sized(answer: &[u8], size: usize, end: End) -> Self {
        Self { pieces: answer.chunks(size).map(<[u8]>::to_vec).collect(), end }
    }

    /// Cut at each of `places`, in whatever order they come.
    #[must_use]
    pub fn cut(answer: &[u8], mut places: Vec<usize>, end: End) -> Self {
        places.extend([0, answer.len()]);
        places.sort_unstable();
        Self { pieces: places.windows(2).map(|pair| answer[pair[0]..pair[1]].to_vec()).collect(), end }
    }

    /// Reads a fuzzer's input: how to cut, where to cut, then the answer.
    #[must_use]
    pub fn decode(input: &[u8]) -> Option<Self> {
        let [how, place, answer @ ..] = input else { return None };
        let mut answer = answer.to_vec();
        if how & how::JUNK_BEHIND != 0 {
            answer.extend_from_slice(b"HTTP/1.1 500 Junk\r\nContent-Length: 4\r\n\r\njunk");
        }
        let end = [End::Close, End::Reset, End::Silence, End::Close][usize::from((how & how::END) >> 2)];
        let place = usize::from(*place);
        Some(match how & how::CUT {
            0 => Self::whole(&answer, end),
            1 => Self::sized(&answer, 1, end),
            2 => Self::sized(&answer, place + 1, end),
            _ => Self::cut(&answer, vec![place.min(answer.len())], end),
        })
    }

    /// The fuzzer's input for this answer in one piece.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let end = match self.end {
            End::Close => 0,
            End::Reset => 1,
            End::Silence => 2,
        };
        [[end << 2, 0].as_slice(), &self.answer()].concat()
    }

    /// All bytes of the answer.
    #[must_use]
    pub fn answer(&self) -> Vec<u8> {
        self.pieces.concat()
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.pieces {
            writeln!(f, "  \"{}\"", piece.escape_ascii())?;
        }
        write!(f, "  {:?}", self.end)
    }
}
