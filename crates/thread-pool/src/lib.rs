//! A thread for each call, a pool of threads, and rayon: one thread for each wait.
//!
//! *How it waits*: as `serial` does, inside `connect`, `write` and `read` (`stream.rs`), but on many threads. The
//! kernel keeps each call's state on that thread's stack, and the kernel's scheduler is the event loop.
//!
//! *What to notice*: the call is the code of `serial`, unchanged (`call.rs`, `stream.rs`): that is the strength of
//! threads. What differs is which thread makes it. [`ThreadPerCall`] starts a thread for each call. That is the
//! simplest way, but each waiting call costs a stack and an entry in the scheduler. [`ThreadPool`] keeps 32 threads:
//! that is cheaper, but the 33rd call waits for a thread and not for the downstream, so 100 calls of one second take
//! four. [`Rayon`] is the same on a pool that was made for computing, whose default size is wrong for waiting.
//!
//! A cancelled run starts no further call. It cannot end those in flight before their deadlines, because only the
//! socket or its timeout wakes a thread that sleeps in `read`.
//!
//! *What is deliberately missing*: a way to interrupt a blocking call, and a pool that grows by itself.

mod call;
mod on_rayon;
mod per_call;
mod pool;
mod stream;

pub use on_rayon::Rayon;
pub use per_call::ThreadPerCall;
pub use pool::ThreadPool;

use std::num::NonZeroUsize;

/// The upper bound of CPython's `ThreadPoolExecutor`: `min(32, cores + 4)`.
const WORKERS: NonZeroUsize = NonZeroUsize::new(32).unwrap();
