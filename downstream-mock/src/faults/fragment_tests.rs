//! The pieces a seed makes of a write.

use super::{Fragment, Fragmented};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::io::{AsyncWrite, AsyncWriteExt};

/// Accepts every write, and records the pieces.
#[derive(Default)]
struct Recorder(Vec<Vec<u8>>);

impl AsyncWrite for Recorder {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.push(bytes.to_vec());
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

fn pieces(fragment: Option<Fragment>, nth: u64) -> Vec<Vec<u8>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let mut socket = Fragmented::new(Recorder::default(), fragment, nth);
        socket.write_all(b"Hello World, in pieces!").await.expect("written");
        socket.socket.0
    })
}

const FRAGMENT: Fragment = Fragment { seed: 1, most_bytes: 5, longest_pause: Duration::from_micros(10) };

#[test]
fn a_write_arrives_in_small_pieces_and_whole() {
    let pieces = pieces(Some(FRAGMENT), 0);
    assert!(pieces.len() > 4 && pieces.iter().all(|piece| piece.len() <= 5), "{pieces:?}");
    assert_eq!(pieces.concat(), b"Hello World, in pieces!");
}

#[test]
fn a_seed_repeats_its_pieces_and_each_connection_has_its_own() {
    assert_eq!(pieces(Some(FRAGMENT), 3), pieces(Some(FRAGMENT), 3));
    assert_ne!(pieces(Some(FRAGMENT), 3), pieces(Some(FRAGMENT), 4));
}

#[test]
fn without_a_fragment_a_write_is_one_piece() {
    assert_eq!(pieces(None, 0).len(), 1);
}
