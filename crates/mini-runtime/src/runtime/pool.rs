//! A few threads for functions that would block the loop.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::Core;
use super::promise::{Promise, promise};

/// Runs a function on another thread, so that it may block or compute while the loop goes on.
/// (asyncio: `loop.run_in_executor`, `asyncio.to_thread`.)
///
/// Dropping the promise cancels the function only if it has not started. One that has started runs to its end, because
/// no thread can be stopped from outside.
///
/// ```
/// # mini_runtime::Runtime::new()?.block_on(async {
/// let length = mini_runtime::run_in_executor(|| std::fs::read("Cargo.toml").map(|bytes| bytes.len())).await;
/// assert!(length.is_ok_and(|read| read.is_ok()));
/// # })?; std::io::Result::Ok(())
/// ```
///
/// # Panics
/// Outside [`block_on`](crate::Runtime::block_on), or if the system can start no thread.
pub fn run_in_executor<T: Send + 'static>(function: impl FnOnce() -> T + Send + 'static) -> Promise<T> {
    let (resolver, promise) = promise();
    Core::current().pool.get_or_init(Pool::start).submit(Box::new(move || {
        if !resolver.is_abandoned() {
            // It fails if the promise was dropped: the value is not needed.
            _ = resolver.resolve(function());
        }
    }));
    promise
}

/// The number of functions that run at the same time. The others wait in a queue.
const THREADS: usize = 4;

type Job = Box<dyn FnOnce() + Send>;

/// The threads of a runtime. They end when it is dropped.
pub(crate) struct Pool {
    jobs: Option<Sender<Job>>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Pool {
    fn start() -> Self {
        let (jobs, queue) = mpsc::channel();
        let queue = Arc::new(Mutex::new(queue));
        let start = |_| {
            let queue = Arc::clone(&queue);
            thread::Builder::new().name("run-in-executor".into()).spawn(move || work(&queue))
        };
        let threads: Vec<_> = (0..THREADS).map_while(|at| start(at).ok()).collect();
        assert!(!threads.is_empty(), "the system has no thread left for run_in_executor");
        Self { jobs: Some(jobs), threads }
    }

    fn submit(&self, job: Job) {
        let jobs = self.jobs.as_ref().expect("the queue is open until the pool is dropped");
        jobs.send(job).expect("the threads take jobs until the queue is closed");
    }
}

impl Drop for Pool {
    /// Closes the queue, and waits for the functions in it.
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // The thread catches the panics of its jobs.
            _ = thread.join();
        }
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    loop {
        // The lock is held while waiting for a job, and released before doing it.
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // The panic was printed, and the job's promise reports it.
        _ = catch_unwind(AssertUnwindSafe(job));
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("threads", &self.threads.len()).finish_non_exhaustive()
    }
}
