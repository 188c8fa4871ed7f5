//! The part that runs futures: an executor, and the reactor and timers with which it waits.
//!
//! *Where to start*: `executor.rs` is the loop, `run_queue.rs` what a waker does, `reactor.rs` what wakes the task of a
//! socket. A [`TaskSet`] polls futures that belong to another future, a [`Promise`] brings a value from a callback or
//! another thread, and a [`JoinHandle`] is the promise of a task's value. Nothing here needs the tools.

mod executor;
mod join;
mod pool;
mod promise;
mod reactor;
mod run_queue;
mod sync;
mod task_set;
mod timers;

use std::cell::{OnceCell, RefCell};
use std::future::Future;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::Instant;

use pool::Pool;
use reactor::Reactor;

pub use executor::Executor;
pub use join::{JoinHandle, shield, spawn};
pub use pool::run_in_executor;
pub use promise::{JoinError, Promise, Resolver, promise};
pub(crate) use reactor::Cancelled;
pub use reactor::Socket;
pub use run_queue::RunQueue;
pub use task_set::{Finished, TaskSet};
pub use timers::Timers;

/// Runs futures on the thread that calls [`block_on`](Self::block_on). (asyncio: an event loop, `asyncio.Runner`.)
///
/// Dropping it drops all tasks that have not finished.
///
/// ```
/// use mini_runtime::{Runtime, sleep, spawn};
/// use std::time::Duration;
///
/// let answer = Runtime::new()?.block_on(async {
///     let task = spawn(async { 6 * 7 });
///     sleep(Duration::from_millis(10)).await;
///     task.await
/// })?;
/// assert_eq!(answer, Ok(42));
/// # std::io::Result::Ok(())
/// ```
#[derive(Debug)]
pub struct Runtime {
    core: Rc<Core>,
}

/// The part of a runtime that its futures use.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) executor: Executor,
    pub(crate) reactor: RefCell<Reactor>,
    pub(crate) timers: RefCell<Timers>,
    pub(crate) pool: OnceCell<Pool>,
    unpark: Waker,
}

thread_local! {
    static CURRENT: RefCell<Option<Rc<Core>>> = const { RefCell::new(None) };
}

impl Runtime {
    /// Opens the system's poller. Threads start when [`run_in_executor`](crate::run_in_executor) needs them.
    ///
    /// # Errors
    /// The process has no descriptor left.
    pub fn new() -> io::Result<Self> {
        let (reactor, waker) = Reactor::new()?;
        let core = Core {
            executor: Executor::new(),
            reactor: RefCell::new(reactor),
            timers: RefCell::default(),
            pool: OnceCell::new(),
            unpark: Arc::new(Unpark(waker)).into(),
        };
        Ok(Self { core: Rc::new(core) })
    }

    /// Runs `main` to its end, and the tasks meanwhile. Tasks that have not finished by then go on in the next
    /// `block_on`. (asyncio: `asyncio.run`, which cancels them.)
    ///
    /// # Errors
    /// The system's poller could not wait.
    ///
    /// # Panics
    /// If `main` panics, or this thread is in a `block_on` already.
    pub fn block_on<F: Future>(&self, main: F) -> io::Result<F::Output> {
        let _entered = Entered::enter(&self.core);
        self.core.executor.block_on(main, &self.core.unpark, |idle, woken| self.core.wait(idle, woken))
    }

    /// As [`spawn`](crate::spawn), but outside [`block_on`](Self::block_on).
    pub fn spawn<F: Future + 'static>(&self, future: F) -> JoinHandle<F::Output> {
        JoinHandle::spawn(&self.core, future)
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        // Tasks own the core, and the core owns the tasks: without this, neither would be freed.
        self.core.executor.clear();
    }
}

impl Core {
    /// The runtime of the `block_on` that runs on this thread. (asyncio: `get_running_loop`.)
    ///
    /// # Panics
    /// Outside `block_on`.
    pub(crate) fn current() -> Rc<Self> {
        let current = CURRENT.with_borrow(Clone::clone);
        current.expect("this needs a runtime: call it from a future that Runtime::block_on runs")
    }

    /// Waits for sockets, the earliest timer or a wake from another thread. Does not block unless the loop is `idle`.
    fn wait(&self, idle: bool, woken: &mut Vec<Waker>) -> io::Result<()> {
        let until = if idle { self.timers.borrow().earliest() } else { Some(Instant::now()) };
        self.reactor.borrow_mut().wait(until, woken)?;
        self.timers.borrow_mut().expire(Instant::now(), woken);
        Ok(())
    }
}

/// Ends the poller's wait when a task is woken from another thread.
struct Unpark(readiness::Waker);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        // It fails only when the poller is gone, and then no thread waits in it.
        _ = self.0.wake();
    }
}

/// While this value exists, futures on this thread find their runtime.
struct Entered;

impl Entered {
    fn enter(core: &Rc<Core>) -> Self {
        CURRENT.with_borrow_mut(|current| {
            assert!(current.is_none(), "this thread is in a block_on already: await the future instead");
            *current = Some(Rc::clone(core));
        });
        Self
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let left = CURRENT.with_borrow_mut(Option::take);
        drop(left);
    }
}
