//! A socket as hyper sees it: one on which the request is sent already.
//!
//! *How it waits*: as tokio's `TcpStream` does. A `poll_…` function does what it can at once; otherwise it leaves the
//! task's waker with the reactor and says `Pending`.
//!
//! *What to notice*: this is where an `.await` ends up. hyper knows a connection by these four functions only, so a
//! file of this size can stand in between: for encryption, for a recording, for a milestone.
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
    /// hyper believes that it has sent its request.
    asked: bool,
    answered: bool,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream, trace: Trace, index: usize) -> Self {
        Self { stream, trace, index, asked: false, answered: false }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.asked {
            // hyper looks whether the peer has gone before it asks, and takes an answer now for a breach of protocol.
            return Poll::Pending;
        }
        let before = into.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, into))?;
        if !self.answered && into.filled().len() > before {
            self.answered = true;
            self.trace.mark(self.index, Milestone::FirstByte);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    /// Takes the request for sent, as it is.
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    /// hyper flushes when it has written everything.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.asked {
            self.asked = true;
            context.waker().wake_by_ref(); // for the read that was put off
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
