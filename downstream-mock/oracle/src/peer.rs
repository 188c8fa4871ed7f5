//! A peer in memory, and an executor for hyper's client, which talks to it.
//!
//! *How it waits*: it does not. A future that returned `Pending` and was not woken is dropped.
//!
//! *What to notice*: the peer waits for the whole request before it sends its first piece, as a server does; hyper
//! reads once before it writes.
//!
//! *What is deliberately missing*: a peer that takes the request in parts.

use std::collections::VecDeque;
use std::io;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use bytes::Bytes;
use hyper::rt::{Read, ReadBufCursor, Write};

use crate::{Delivery, End};

/// Takes a request, then gives one piece of its answer to each read.
pub(crate) struct Peer {
    waits: bool,
    request: Request,
    reader: Option<Waker>,
    pieces: VecDeque<Bytes>,
    end: End,
}

/// The bytes that a peer was sent.
#[derive(Clone, Default)]
pub(crate) struct Request(Arc<Mutex<Vec<u8>>>);

impl Request {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn extend(&self, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
    }

    fn is_whole(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).ends_with(b"\r\n\r\n")
    }
}

impl Peer {
    pub(crate) fn new(delivery: &Delivery) -> Self {
        // An empty read would be the end of the stream.
        let pieces = delivery.pieces.iter().filter(|piece| !piece.is_empty());
        let pieces = pieces.map(|piece| Bytes::copy_from_slice(piece)).collect();
        Self { waits: true, request: Request::default(), reader: None, pieces, end: delivery.end }
    }

    /// The same peer, which does not wait for the request.
    pub(crate) fn unasked(self) -> Self {
        Self { waits: false, ..self }
    }

    pub(crate) fn request(&self) -> Request {
        self.request.clone()
    }
}

impl Read for Peer {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut into: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.waits && !self.request.is_whole() {
            self.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        let Some(mut piece) = self.pieces.pop_front() else {
            return match self.end {
                End::Close => Poll::Ready(Ok(())),
                End::Reset => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
                End::Silence => Poll::Pending,
            };
        };
        let rest = piece.split_off(piece.len().min(into.remaining()));
        into.put_slice(&piece);
        if !rest.is_empty() {
            self.pieces.push_front(rest);
        }
        Poll::Ready(Ok(()))
    }
}

impl Write for Peer {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.request.extend(bytes);
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Polls a future as long as it is woken; `None` once it waits and was not woken.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> Option<T> {
    struct Woken(AtomicBool);
    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Relaxed);
        }
    }
    let woken = Arc::new(Woken(true.into()));
    let waker = Waker::from(Arc::clone(&woken));
    let mut future = pin!(future);
    while woken.0.swap(false, Relaxed) {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(value);
        }
    }
    None
}
