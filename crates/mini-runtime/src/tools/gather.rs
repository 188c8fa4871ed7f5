//! Several futures at once, within the one that awaits them: `gather`, `try_gather`, `as_completed`.
//!
//! *What to notice*: nothing here spawns. The futures belong to the one that awaits them: they may borrow from it, and
//! they are dropped with it.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::pin;

use super::either::{Either, either};
use crate::runtime::TaskSet;

/// Awaits all futures, and returns their values in the order given. A value may be a failure: the others still run to
/// their end. (asyncio: `gather`, with `return_exceptions=True`.)
///
/// # Panics
/// If a future panics, with the same panic. The others are dropped.
pub async fn gather<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut tasks = side_by_side(futures);
    let mut values = (0..tasks.len()).map(|_| None).collect::<Vec<_>>();
    while let Some((number, finished)) = tasks.next().await {
        values[number] = Some(finished.unwrap_or_else(|panic| resume_unwind(panic)));
    }
    values.into_iter().flatten().collect()
}

/// Awaits all futures, or the first failure, which drops and so cancels the others. (asyncio: `TaskGroup`. Its `gather`
/// also returns at the first failure, but leaves the others running.)
///
/// # Errors
/// The failure that came first.
///
/// # Panics
/// As [`gather`].
pub async fn try_gather<T, E, F>(futures: impl IntoIterator<Item = F>) -> Result<Vec<T>, E>
where
    F: Future<Output = Result<T, E>>,
{
    let mut tasks = side_by_side(futures);
    let mut values = (0..tasks.len()).map(|_| None).collect::<Vec<_>>();
    while let Some((number, finished)) = tasks.next().await {
        values[number] = Some(finished.unwrap_or_else(|panic| resume_unwind(panic))?);
    }
    Ok(values.into_iter().flatten().collect())
}

/// Awaits two futures of different kinds. (asyncio: `gather`, where a list may hold anything.)
pub async fn both<A: Future, B: Future>(first: A, second: B) -> (A::Output, B::Output) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    match either(first.as_mut(), second.as_mut()).await {
        Either::First(value) => (value, second.await),
        Either::Second(value) => (first.await, value),
    }
}

/// The futures as a set, whose [`next`](TaskSet::next) returns each one's number and value as soon as it has finished.
/// (asyncio: `as_completed`.)
pub fn as_completed<'t, F: Future + 't>(futures: impl IntoIterator<Item = F>) -> TaskSet<'t, F::Output> {
    side_by_side(futures)
}

fn side_by_side<'t, F: Future + 't>(futures: impl IntoIterator<Item = F>) -> TaskSet<'t, F::Output> {
    let mut tasks = TaskSet::new();
    for (number, future) in futures.into_iter().enumerate() {
        tasks.spawn(number, future);
    }
    tasks
}
