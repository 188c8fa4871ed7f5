//! A response on its way: its bytes, where they are cut, and what the peer does after the last one.

use std::fmt;
use std::io;
use std::time::Duration;

use downstream_call::{Call, Exchange, Failure, Outcome, Run};

/// How one exchange ended. Of a failure only that it is one must agree; its text is for whoever reads a difference.
pub(crate) type Ending = Result<(u16, Vec<u8>), String>;

/// What the peer does after its last byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Close,
    Reset,
    /// Nothing at all, until the deadline.
    Silence,
}

/// The pieces of a response, as one read after another gives them.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) pieces: Vec<Vec<u8>>,
    pub(crate) end: End,
}

impl Delivery {
    pub(crate) fn whole(response: &[u8], end: End) -> Self {
        Self { pieces: vec![response.to_vec()], end }
    }

    /// In pieces of `size` bytes.
    pub(crate) fn sized(response: &[u8], size: usize, end: End) -> Self {
        Self { pieces: response.chunks(size).map(<[u8]>::to_vec).collect(), end }
    }

    /// Cut at each of `places`, in whatever order they come.
    pub(crate) fn cut(response: &[u8], mut places: Vec<usize>, end: End) -> Self {
        places.extend([0, response.len()]);
        places.sort_unstable();
        Self { pieces: places.windows(2).map(|pair| response[pair[0]..pair[1]].to_vec()).collect(), end }
    }

    /// What a fuzzer's bytes stand for: how to cut, where to cut, then the response.
    pub(crate) fn decode(input: &[u8]) -> Option<Self> {
        let [how, place, response @ ..] = input else { return None };
        let mut response = response.to_vec();
        if how & 0b1_0000 != 0 {
            response.extend_from_slice(b"HTTP/1.1 500 Junk\r\nContent-Length: 4\r\n\r\njunk");
        }
        let end = [End::Close, End::Reset, End::Silence, End::Close][usize::from(how >> 2 & 0b11)];
        let place = usize::from(*place);
        Some(match how & 0b11 {
            0 => Self::whole(&response, end),
            1 => Self::sized(&response, 1, end),
            2 => Self::sized(&response, place + 1, end),
            _ => Self::cut(&response, vec![place.min(response.len())], end),
        })
    }

    pub(crate) fn response(&self) -> Vec<u8> {
        self.pieces.concat()
    }

    /// How an [`Exchange`] ends with it.
    pub(crate) fn exchange_ends(&self) -> Ending {
        outcome_of(self).map(|reply| (reply.status, reply.body)).map_err(|failure| failure.to_string())
    }
}

/// What an [`Exchange`] makes of a delivery.
pub(crate) fn outcome_of(delivery: &Delivery) -> Outcome {
    let (run, call) = (Run::default(), call());
    let mut exchange = Exchange::new(&run, 0, &call)?;
    for piece in &delivery.pieces {
        if let Some(outcome) = exchange.received(piece) {
            return outcome;
        }
    }
    match delivery.end {
        End::Close => exchange.closed(),
        End::Reset => Err(io::Error::from(io::ErrorKind::ConnectionReset).into()),
        End::Silence => Err(Failure::TimedOut),
    }
}

/// The call of every delivery: nobody connects.
pub(crate) fn call() -> Call {
    Call {
        address: ([127, 0, 0, 1], 8080).into(),
        host: "127.0.0.1:8080".into(),
        path: "/get_resource".into(),
        timeout: Duration::from_secs(1),
    }
}

/// The same class: a reply with the same status and body, or a failure.
pub(crate) fn alike(one: &Ending, other: &Ending) -> bool {
    one.as_ref().ok() == other.as_ref().ok()
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.pieces {
            writeln!(f, "  \"{}\"", piece.escape_ascii())?;
        }
        write!(f, "  {:?}", self.end)
    }
}
