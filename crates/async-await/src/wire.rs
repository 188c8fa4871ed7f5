//! A socket that marks what passes.
//!
//! *How it waits*: as tokio's `TcpStream` does. A `poll_…` function does what it can at once; otherwise it leaves the
//! task's waker with the reactor and says `Pending`.
//!
//! *What to notice*: this is where an `await` ends up. hyper knows only these four functions, so a file of this size
//! can stand between it and any connection: encrypted, recorded, or counted, as here.
//!
//! *What is deliberately missing*: `shutdown`. The socket is closed a moment later, which says the same for less.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use downstream_call::{Milestone, Trace};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The connection of one call.
pub(crate) struct Wire {
    stream: TcpStream,
    trace: Trace,
    index: usize,
    request: Request,
    /// The peer had something to say before it was asked.
    early: bool,
    received: usize,
}

/// How much of the request the system has taken.
#[derive(PartialEq)]
enum Request {
    Nothing,
    Some,
    All,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream, trace: Trace, index: usize) -> Self {
        Self { stream, trace, index, request: Request::Nothing, early: false, received: 0 }
    }

    /// Bytes of the answer, whatever became of them.
    pub(crate) const fn received(&self) -> usize {
        self.received
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.request != Request::All {
            // hyper looks whether the peer has gone before it sends, and would take an answer for a breach of
            // protocol. To all other models an early answer is an answer, so it stays where it is until asked for.
            self.early = self.stream.poll_read_ready(context).is_ready();
            return Poll::Pending;
        }
        let before = into.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, into))?;
        let count = into.filled().len() - before;
        if self.received == 0 && count > 0 {
            self.trace.mark(self.index, Milestone::FirstByte);
        }
        self.received += count;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.request = Request::Some;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    /// hyper flushes when it has nothing left to write.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.request == Request::Some {
            self.request = Request::All;
            self.trace.mark(self.index, Milestone::Sent);
            if self.early {
                context.waker().wake_by_ref(); // the reactor has told of it already, and does not tell twice
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
