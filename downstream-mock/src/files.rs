//! Files to download: any name, any size, bytes that follow from the name.
//!
//! *How it waits*: a file with a rate sleeps until the last byte of a piece is due, and then sends the piece.
//!
//! *What to notice*: no piece is made before the socket has room for it, so a slow client costs one piece of memory.

use crate::{query::Query, stats::InFlight};
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::{
    convert::Infallible,
    future::Future,
    ops::Range,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::{Instant, Sleep, sleep_until};

/// The largest file: 1 GiB.
pub const FILE_BYTES_LIMIT: u64 = 1 << 30;

/// The most bytes made at once.
const PIECE_BYTES: u64 = 64 * 1024;

/// The bytes of `/files/{name}` in `range`, for a test to compare with what arrived.
pub fn file_bytes(name: &str, range: Range<u64>) -> Vec<u8> {
    content(name_hash(name), range)
}

/// FNV-1a: the same on every machine and with every version of the standard library.
fn name_hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn content(seed: u64, range: Range<u64>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity((range.end.saturating_sub(range.start)) as usize + 16);
    for block in range.start / 8..range.end.div_ceil(8) {
        bytes.extend_from_slice(&mixed(seed.wrapping_add(block)).to_le_bytes());
    }
    bytes.drain(..(range.start % 8) as usize);
    bytes.truncate((range.end.saturating_sub(range.start)) as usize);
    bytes
}

/// The output step of splitmix64 (Steele, Lea and Flood 2014).
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// The file that was requested. It is small, because the request first waits for the latency.
#[derive(Clone, Copy, Debug)]
pub(crate) struct File {
    seed: u64,
    bytes: u64,
    bytes_per_second: Option<u64>,
}

impl File {
    pub(crate) fn read(name: &str, query: &Query<'_>) -> Result<Self, String> {
        let bytes = query.number("bytes", 0..=FILE_BYTES_LIMIT)?.ok_or("no size given: add ?bytes=N")?;
        let bytes_per_second = query.number("bytes_per_second", 1..=u64::MAX)?;
        Ok(Self { seed: name_hash(name), bytes, bytes_per_second })
    }

    /// Starts the clock of the file's rate.
    pub(crate) fn stream(self, in_flight: InFlight) -> FileBody {
        let started = Instant::now();
        let timer = self.bytes_per_second.map(|_| Box::pin(sleep_until(started)));
        let mut body = FileBody { file: self, sent: 0, started, timer, in_flight: Some(in_flight) };
        body.count_if_whole();
        body
    }

    /// A piece takes at most a twentieth of a second, so that a slow file arrives steadily.
    fn piece_end(&self, sent: u64) -> u64 {
        let piece = self.bytes_per_second.map_or(PIECE_BYTES, |rate| (rate / 20).clamp(1, PIECE_BYTES));
        (sent + piece).min(self.bytes)
    }
}

/// A file on its way to the client.
pub(crate) struct FileBody {
    file: File,
    sent: u64,
    started: Instant,
    timer: Option<Pin<Box<Sleep>>>,
    in_flight: Option<InFlight>,
}

impl FileBody {
    fn poll_due(&mut self, end: u64, context: &mut Context<'_>) -> Poll<()> {
        let (Some(timer), Some(rate)) = (&mut self.timer, self.file.bytes_per_second) else {
            return Poll::Ready(());
        };
        let due = self.started + Duration::from_secs_f64(end as f64 / rate as f64);
        if timer.deadline() != due {
            timer.as_mut().reset(due);
        }
        timer.as_mut().poll(context)
    }

    fn count_if_whole(&mut self) {
        if self.sent == self.file.bytes
            && let Some(in_flight) = self.in_flight.take()
        {
            in_flight.answered();
        }
    }
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.is_end_stream() {
            return Poll::Ready(None);
        }
        let range = self.sent..self.file.piece_end(self.sent);
        ready!(self.poll_due(range.end, context));
        self.sent = range.end;
        self.count_if_whole();
        Poll::Ready(Some(Ok(Frame::data(content(self.file.seed, range).into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.sent == self.file.bytes
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.file.bytes - self.sent)
    }
}
