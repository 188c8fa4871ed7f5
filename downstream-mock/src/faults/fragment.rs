//! Writes in pieces, with pauses between them, as an answer arrives over a slow network.
//!
//! *What to notice*: sizes and pauses come from a seed, so a failure found this way can be found again.

use fastrand::Rng;
use std::{
    future::Future,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep},
};

/// How every write is split and delayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// The seed of sizes and pauses; each connection has its own sequence.
    pub seed: u64,
    /// The most bytes in a piece, at least 1.
    pub most_bytes: usize,
    /// The longest pause between two pieces.
    pub longest_pause: Duration,
}

/// A socket whose writes are split and delayed, if it has a [`Fragment`]; reads are passed on unchanged.
pub(crate) struct Fragmented<S> {
    pub(crate) socket: S,
    pace: Option<Box<Pace>>,
}

struct Pace {
    fragment: Fragment,
    draws: Rng,
    pause: Pin<Box<Sleep>>,
}

impl<S> Fragmented<S> {
    /// The nth connection has the nth sequence of the seed.
    pub(crate) fn new(socket: S, fragment: Option<Fragment>, nth: u64) -> Self {
        Self { socket, pace: fragment.map(|fragment| Box::new(Pace::new(fragment, nth))) }
    }
}

impl Pace {
    fn new(fragment: Fragment, nth: u64) -> Self {
        let draws = Rng::with_seed(fragment.seed.wrapping_add(nth));
        Self { fragment, draws, pause: Box::pin(sleep(Duration::ZERO)) }
    }

    fn piece_bytes(&mut self) -> usize {
        self.draws.usize(1..=self.fragment.most_bytes.max(1))
    }

    fn rest(&mut self) {
        let pause = self.fragment.longest_pause.mul_f64(self.draws.f64());
        self.pause.as_mut().reset(Instant::now() + pause);
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Fragmented<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Self { socket, pace } = &mut *self;
        let Some(pace) = pace else { return Pin::new(socket).poll_write(context, bytes) };
        ready!(pace.pause.as_mut().poll(context));
        let piece = &bytes[..bytes.len().min(pace.piece_bytes())];
        let written = ready!(Pin::new(socket).poll_write(context, piece))?;
        pace.rest();
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.pace.is_none() {
            return Pin::new(&mut self.socket).poll_write_vectored(context, buffers);
        }
        let first = buffers.iter().find(|buffer| !buffer.is_empty());
        self.poll_write(context, first.map_or(&[], |buffer| buffer))
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Fragmented<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

#[cfg(test)]
#[path = "fragment_tests.rs"]
mod tests;
