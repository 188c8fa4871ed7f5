//! Waiting for the clock: `sleep`, `wait_for`, `call_later`.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use readiness::Key;

use super::either::{Either, either};
use crate::runtime::{Core, JoinHandle, spawn};

/// Waits for `time`, and never less. A sleep of zero lets every other task that is ready run first. (asyncio: `sleep`.)
///
/// The time counts from this call, not from the first `await`.
#[must_use]
pub fn sleep(time: Duration) -> Sleep {
    sleep_until(after(time))
}

/// Waits until `at` has passed.
#[must_use]
pub const fn sleep_until(at: Instant) -> Sleep {
    Sleep { at, timer: None }
}

/// The future of [`sleep`]. Dropping it removes its timer.
pub struct Sleep {
    at: Instant,
    /// Its timer, once it was polled.
    timer: Option<(Key, Rc<Core>)>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let at = self.at;
        let start = || {
            let core = Core::current();
            let key = core.timers.borrow_mut().insert(at, context.waker().clone());
            (key, core)
        };
        let (key, core) = self.timer.get_or_insert_with(start);
        let waiting = core.timers.borrow_mut().is_waiting(*key, context.waker());
        if waiting { Poll::Pending } else { Poll::Ready(()) }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some((key, core)) = self.timer.take() {
            core.timers.borrow_mut().remove(self.at, key);
        }
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep").field("at", &self.at).finish_non_exhaustive()
    }
}

/// The time passed before the future finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut;

/// Awaits a future for at most `timeout`, then drops it. (asyncio: `wait_for`.)
///
/// To go on with it later, pin it first and pass the reference. A task goes on in any case, since only its
/// [`JoinHandle`] is dropped.
///
/// # Errors
/// The time passed before the future finished.
pub async fn wait_for<F: Future>(future: F, timeout: Duration) -> Result<F::Output, TimedOut> {
    wait_until(pin!(future), after(timeout)).await
}

/// Awaits a future until `at` has passed, as [`wait_for`] does, but takes it pinned. (asyncio: `timeout_at`.)
///
/// # Errors
/// The time passed before the future finished.
pub fn wait_until<F: Future + Unpin>(
    future: F,
    at: Instant,
) -> impl Future<Output = Result<F::Output, TimedOut>> {
    let mut both = either(future, sleep_until(at));
    poll_fn(move |context| {
        Pin::new(&mut both).poll(context).map(|over| match over {
            Either::First(value) => Ok(value),
            Either::Second(()) => Err(TimedOut),
        })
    })
}

/// Calls a function after a time, on this thread, between two tasks. (asyncio: `loop.call_later`.)
///
/// Dropping the handle changes nothing; [`cancel`](JoinHandle::cancel) removes the call.
///
/// # Panics
/// Outside [`block_on`](crate::Runtime::block_on).
pub fn call_later<T: 'static>(delay: Duration, function: impl FnOnce() -> T + 'static) -> JoinHandle<T> {
    let delayed = sleep(delay);
    spawn(async move {
        delayed.await;
        function()
    })
}

/// A time that the clock cannot represent becomes one in thirty years.
fn after(time: Duration) -> Instant {
    const THIRTY_YEARS: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
    let now = Instant::now();
    now.checked_add(time).unwrap_or_else(|| now + THIRTY_YEARS)
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("timed out")
    }
}

impl std::error::Error for TimedOut {}
