//! What a fault does on one connection, step by step.
//!
//! *What to notice*: a connection closes when its script ends. If the request was read, that is an orderly end (FIN).
//! If bytes of it are unread, the system sends a reset (RFC 9293, section 3.6.1).
//!
//! *What is deliberately missing*: branches. A script does the same whatever the client sends.

use crate::{
    faults::Fragmented,
    stats::{Counts, InFlight},
};
use bytes::Bytes;
use socket2::SockRef;
use std::{io, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

/// A request larger than this ends its script.
const REQUEST_BYTES_LIMIT: usize = 1024 * 1024;

/// Bytes read at once.
const READ_BYTES: usize = 4 * 1024;

/// Bytes written at once.
const WRITE_BYTES: usize = 64 * 1024;

/// What [`Script::fill`] sends. It is static, so that connections share it.
static FILLING: [u8; WRITE_BYTES] = [b'x'; WRITE_BYTES];

/// A list of steps, played on every connection to a fault's port.
///
/// Cloning is cheap while nothing is added.
#[derive(Clone, Debug, Default)]
pub struct Script(Arc<Vec<Step>>);

/// Everything that a client receives after it has sent its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The bytes, however they are cut.
    pub bytes: Vec<u8>,
    /// What comes after them.
    pub end: AnswerEnd,
}

/// What a server does after the last byte of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerEnd {
    /// It closes the connection.
    Close,
    /// It resets the connection.
    Reset,
    /// It keeps the connection open, and sends nothing.
    Silence,
}

#[derive(Clone, Debug)]
enum Step {
    ReadHead { piece_bytes: usize, pause: Duration },
    AwaitRequest,
    Wait(Duration),
    Send { bytes: Bytes, piece_bytes: usize, pause: Duration },
    Fill(u64),
    Repeat { bytes: Bytes, pause: Duration },
    Hold,
    Reset,
}

impl Script {
    /// No steps: closes what it accepts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the request, sends these bytes, closes.
    pub fn response(bytes: impl Into<Bytes>) -> Self {
        Self::new().read_head().send(bytes)
    }

    /// Reads until the blank line that ends a request's head.
    pub fn read_head(self) -> Self {
        self.read_head_slowly(READ_BYTES, Duration::ZERO)
    }

    /// Reads until the blank line, at most `piece_bytes` at once, with a pause after each piece.
    pub fn read_head_slowly(self, piece_bytes: usize, pause: Duration) -> Self {
        self.then(Step::ReadHead { piece_bytes, pause })
    }

    /// Waits until some of the request has arrived, and leaves it unread.
    pub fn await_request(self) -> Self {
        self.then(Step::AwaitRequest)
    }

    /// Does nothing for a while.
    pub fn wait(self, pause: Duration) -> Self {
        self.then(Step::Wait(pause))
    }

    /// Sends all bytes.
    pub fn send(self, bytes: impl Into<Bytes>) -> Self {
        self.drip(bytes, WRITE_BYTES, Duration::ZERO)
    }

    /// Sends all bytes in pieces of this size, with a pause after each.
    pub fn drip(self, bytes: impl Into<Bytes>, piece_bytes: usize, pause: Duration) -> Self {
        self.then(Step::Send { bytes: bytes.into(), piece_bytes, pause })
    }

    /// Sends the letter `x`, `bytes` times.
    pub fn fill(self, bytes: u64) -> Self {
        self.then(Step::Fill(bytes))
    }

    /// Sends these bytes again and again, with a pause after each time, until the client leaves.
    pub fn repeat(self, bytes: impl Into<Bytes>, pause: Duration) -> Self {
        self.then(Step::Repeat { bytes: bytes.into(), pause })
    }

    /// Sends nothing more and keeps the connection open, until the client leaves.
    pub fn hold(self) -> Self {
        self.then(Step::Hold)
    }

    /// Resets the connection (RST, by `SO_LINGER` of zero). The client can still read what has arrived.
    pub fn reset(self) -> Self {
        self.then(Step::Reset)
    }

    /// The answer, and how long the script takes to send it; `None` for a script that does not begin with the request's
    /// head, or sends without end.
    pub(crate) fn answer(&self) -> Option<(Answer, Duration)> {
        let (Step::ReadHead { .. }, steps) = self.0.split_first()? else { return None };
        let (mut answer, mut takes) = (Answer { bytes: Vec::new(), end: AnswerEnd::Close }, Duration::ZERO);
        for step in steps {
            match step {
                Step::Send { bytes, piece_bytes, pause } => {
                    answer.bytes.extend_from_slice(bytes);
                    takes += *pause * bytes.len().div_ceil(*piece_bytes) as u32;
                }
                Step::Fill(bytes) => answer.bytes.resize(answer.bytes.len() + *bytes as usize, FILLING[0]),
                Step::Wait(pause) => takes += *pause,
                Step::Hold => answer.end = AnswerEnd::Silence,
                Step::Reset => answer.end = AnswerEnd::Reset,
                Step::ReadHead { .. } | Step::AwaitRequest | Step::Repeat { .. } => return None,
            }
        }
        Some((answer, takes))
    }

    /// Whether the script sends without end, until the client leaves.
    pub fn is_endless(&self) -> bool {
        self.0.iter().any(|step| matches!(step, Step::Repeat { .. }))
    }

    fn then(mut self, step: Step) -> Self {
        Arc::make_mut(&mut self.0).push(step);
        self
    }

    /// Plays the script on a connection, and puts all that it reads into `received`.
    ///
    /// # Errors
    /// When the client leaves before the script ends.
    pub(crate) async fn play(
        &self,
        socket: Fragmented<TcpStream>,
        counts: &Counts,
        received: &mut Vec<u8>,
    ) -> io::Result<()> {
        let mut player = Player { socket, counts, received, in_flight: None };
        for step in self.0.iter() {
            player.play(step).await?;
        }
        player.in_flight.take().into_iter().for_each(InFlight::answered);
        Ok(())
    }
}

/// One connection on which a script is played.
struct Player<'server> {
    socket: Fragmented<TcpStream>,
    counts: &'server Counts,
    received: &'server mut Vec<u8>,
    in_flight: Option<InFlight>,
}

impl Player<'_> {
    async fn play(&mut self, step: &Step) -> io::Result<()> {
        match step {
            Step::ReadHead { piece_bytes, pause } => self.read_head(*piece_bytes, *pause).await,
            Step::AwaitRequest => self.socket.socket.peek(&mut [0]).await.map(drop),
            Step::Wait(pause) => {
                sleep(*pause).await;
                Ok(())
            }
            Step::Send { bytes, piece_bytes, pause } => self.send(bytes, *piece_bytes, *pause).await,
            Step::Fill(bytes) => self.fill(*bytes).await,
            Step::Repeat { bytes, pause } => loop {
                self.send(bytes, WRITE_BYTES, *pause).await?;
            },
            Step::Hold => self.hold().await,
            Step::Reset => SockRef::from(&self.socket.socket).set_linger(Some(Duration::ZERO)),
        }
    }

    async fn read_head(&mut self, piece_bytes: usize, pause: Duration) -> io::Result<()> {
        let mut piece = vec![0; piece_bytes];
        while !self.received.ends_with(b"\r\n\r\n") {
            match self.socket.read(&mut piece).await? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => self.received.extend_from_slice(&piece[..count]),
            }
            if self.received.len() > REQUEST_BYTES_LIMIT {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            rest(pause).await;
        }
        self.in_flight = Some(self.counts.request(None));
        Ok(())
    }

    async fn send(&mut self, bytes: &[u8], piece_bytes: usize, pause: Duration) -> io::Result<()> {
        for piece in bytes.chunks(piece_bytes.max(1)) {
            self.socket.write_all(piece).await?;
            rest(pause).await;
        }
        Ok(())
    }

    async fn fill(&mut self, mut bytes: u64) -> io::Result<()> {
        while bytes > 0 {
            let piece = bytes.min(WRITE_BYTES as u64);
            self.socket.write_all(&FILLING[..piece as usize]).await?;
            bytes -= piece;
        }
        Ok(())
    }

    async fn hold(&mut self) -> io::Result<()> {
        let mut ignored = [0; 1024];
        while self.socket.read(&mut ignored).await? > 0 {}
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Skips a pause of zero, because the runtime's timer would round it up to a millisecond.
async fn rest(pause: Duration) {
    if !pause.is_zero() {
        sleep(pause).await;
    }
}
