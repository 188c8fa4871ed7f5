//! The oracle: hyper's client over a peer that lives in memory, with the limits every model has.

use std::collections::VecDeque;
use std::error::Error;
use std::io;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use bytes::Bytes;
use downstream_call::{Call, MAX_BODY_BYTES, MAX_FIELDS, MAX_HEAD_BYTES};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Body;
use hyper::client::conn::http1;
use hyper::rt::{Read, ReadBufCursor, Write};

use super::delivery::{Delivery, End, Ending, call};

/// How hyper's client ends with a delivery.
pub(crate) fn hyper_ends(delivery: &Delivery) -> Ending {
    let peer = Peer::new(delivery);
    let ended = run(make(&call(), peer)).unwrap_or_else(|| Err("timed-out".into()));
    ended.map_err(|error| error.to_string())
}

/// How hyper's client ends with a peer that does not wait for the request.
pub(crate) fn hyper_ends_unasked(delivery: &Delivery) -> Ending {
    let peer = Peer { waits: false, ..Peer::new(delivery) };
    let ended = run(make(&call(), peer)).unwrap_or_else(|| Err("timed-out".into()));
    ended.map_err(|error| error.to_string())
}

/// The bytes hyper's client sends for a call.
pub(crate) fn hyper_sends(call: &Call) -> Vec<u8> {
    let peer = Peer::new(&Delivery::whole(b"HTTP/1.1 204 No Content\r\n\r\n", End::Close));
    let request = Arc::clone(&peer.request);
    let _ = run(make(call, peer));
    std::mem::take(&mut request.lock().expect("nobody panicked"))
}

async fn make(call: &Call, peer: Peer) -> Result<(u16, Vec<u8>), Box<dyn Error + Send + Sync>> {
    let request = hyper::Request::get(&*call.path)
        .header(hyper::header::HOST, &*call.host)
        .header(hyper::header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())?;
    let (mut sender, connection) = http1::Builder::new()
        .title_case_headers(true)
        .max_headers(MAX_FIELDS)
        .max_header_size(MAX_HEAD_BYTES)
        .max_buf_size(2 * MAX_HEAD_BYTES)
        .handshake(peer)
        .await?;
    let exchange = async move {
        let response = sender.send_request(request).await?;
        let status = response.status().as_u16();
        if response.body().size_hint().lower() > MAX_BODY_BYTES as u64 {
            return Err("too-large: body".into());
        }
        let body = Limited::new(response.into_body(), MAX_BODY_BYTES).collect().await?;
        Ok((status, body.to_bytes().to_vec()))
    };
    let (mut exchange, mut connection) = (pin!(exchange), pin!(connection));
    let mut connected = true;
    std::future::poll_fn(|context| {
        let ended = exchange.as_mut().poll(context);
        connected = connected && ended.is_pending() && connection.as_mut().poll(context).is_pending();
        ended
    })
    .await
}

/// Polls a future for as long as somebody wakes it; `None` if nobody ever will again.
fn run<T>(future: impl Future<Output = T>) -> Option<T> {
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

/// Waits for the whole request, then gives one piece a read.
struct Peer {
    waits: bool,
    request: Arc<Mutex<Vec<u8>>>,
    reader: Option<Waker>,
    pieces: VecDeque<Bytes>,
    end: End,
}

impl Peer {
    fn new(delivery: &Delivery) -> Self {
        // An empty read would be the end of the stream.
        let pieces = delivery.pieces.iter().filter(|piece| !piece.is_empty());
        Self {
            waits: true,
            request: Arc::default(),
            reader: None,
            pieces: pieces.map(|piece| Bytes::copy_from_slice(piece)).collect(),
            end: delivery.end,
        }
    }

    fn is_asked(&self) -> bool {
        self.request.lock().expect("nobody panicked").ends_with(b"\r\n\r\n")
    }
}

impl Read for Peer {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut into: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.waits && !self.is_asked() {
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
        self.request.lock().expect("nobody panicked").extend_from_slice(bytes);
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
