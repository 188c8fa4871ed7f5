//! Two futures, and whichever is over first.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

/// Which of two futures was over first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Either<A, B> {
    /// The first one, with its value.
    First(A),
    /// The second one, with its value.
    Second(B),
}

/// Waits for one of two futures; the first, if both are ready. Neither is dropped, so the other can be awaited later.
///
/// Both are polled whenever either is woken. (tokio: `select!`, with `biased`.)
pub async fn either<A: Future, B: Future>(
    mut first: Pin<&mut A>,
    mut second: Pin<&mut B>,
) -> Either<A::Output, B::Output> {
    poll_fn(|context| {
        if let Poll::Ready(value) = first.as_mut().poll(context) {
            return Poll::Ready(Either::First(value));
        }
        second.as_mut().poll(context).map(Either::Second)
    })
    .await
}
