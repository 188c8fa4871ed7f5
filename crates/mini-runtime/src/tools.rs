//! The tools that asyncio's users know, built on the [runtime](crate::runtime): waiting for several futures, for the
//! clock, and for other tasks.
//!
//! *What to notice*: nothing here makes a system call or knows the loop. `sleep` has a timer, `wait` has the handles of
//! tasks, and all others are made of futures alone: `waiters.rs` is the one list of wakers below `Semaphore`, `Event`
//! and `Condition`; a `Lock` is a semaphore of one permit, and a `Queue` is two semaphores.

mod condition;
mod either;
mod event;
mod gather;
mod lock;
mod queue;
mod semaphore;
mod time;
mod wait;
mod waiters;

pub use condition::Condition;
pub use either::{Either, either};
pub use event::Event;
pub use gather::{as_completed, both, gather, try_gather};
pub use lock::{Lock, LockGuard};
pub use queue::{Buffer, LifoQueue, PriorityQueue, Queue, Store};
pub use semaphore::{BoundedSemaphore, Permit, ReleasedTooOften, Semaphore};
pub use time::{Sleep, TimedOut, call_later, sleep, sleep_until, wait_for, wait_until};
pub use wait::{Waited, all_completed, first_completed, first_exception, wait, wait_at_most};
