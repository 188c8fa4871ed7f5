//! Waiting for the first of two futures: `either`.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

/// The value of the future that finished first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Either<A, B> {
    /// The first future's value.
    First(A),
    /// The second future's value.
    Second(B),
}

/// Waits for one of two futures; the first, if both are ready. (tokio: `select!`, with `biased`.)
///
/// Both are polled whenever either is woken. The other one is dropped, unless `either` has only a reference to it: a
/// `&mut`, or the result of [`pin!`](std::pin::pin) for a future that is not `Unpin`.
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
