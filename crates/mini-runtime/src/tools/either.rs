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

/// Waits for one of two futures; the first, if both are ready. (tokio: `select!`, with `biased`.)
///
/// Both are polled whenever either is woken. The other one is dropped, unless it was lent: by `&mut`, or by
/// [`pin!`](std::pin::pin), which is also how to give a future that is not `Unpin`.
pub fn either<A: Future + Unpin, B: Future + Unpin>(
    mut first: A,
    mut second: B,
) -> impl Future<Output = Either<A::Output, B::Output>> {
    poll_fn(move |context| {
        if let Poll::Ready(value) = Pin::new(&mut first).poll(context) {
            return Poll::Ready(Either::First(value));
        }
        Pin::new(&mut second).poll(context).map(Either::Second)
    })
}
