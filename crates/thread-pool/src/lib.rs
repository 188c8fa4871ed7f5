//! A thread for each call, a pool of threads, and rayon: waiting at the same time by having somebody for each wait.
//!
//! *How it waits*: as `serial` does, inside `connect`, `write` and `read` (`blocking.rs`), but on many threads. The
//! kernel keeps each call's place on that thread's stack, and its scheduler is the event loop.
//!
//! *What to notice*: the call is the code of `serial`, unchanged; that is what threads are good for. What differs is
//! who makes it. [`ThreadPerCall`] starts a thread and forgets it: nothing is simpler, and every waiting call costs a
//! stack and a place in the scheduler. [`ThreadPool`] keeps 32 threads: cheaper, but the 33rd call waits for a thread,
//! not for the downstream, so that 100 calls of one second take four. [`Rayon`] is the same with a pool that was made
//! for computing, whose default size is wrong for waiting.
//!
//! A cancelled run starts no further call, and that is all it can do: nothing wakes a thread that sleeps in `read` but
//! the socket or its timeout, so the calls in flight end by their deadlines.
//!
//! *What is deliberately missing*: a way to interrupt a blocking call, and a pool that grows by itself.

mod blocking;
mod on_rayon;
mod per_call;
mod pool;

pub use on_rayon::Rayon;
pub use per_call::ThreadPerCall;
pub use pool::ThreadPool;

use std::num::NonZeroUsize;

/// The upper bound of CPython's `ThreadPoolExecutor`: `min(32, cores + 4)`.
const WORKERS: NonZeroUsize = NonZeroUsize::new(32).unwrap();
