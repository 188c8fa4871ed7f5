//! tokio's runtime on many threads, also where the system has too few of them.
//!
//! *What to notice*: when a thread cannot be started, tokio panics, and while the panic unwinds it waits without end for
//! those threads that it has started. So the runtime is built on a thread of its own, which is left behind if that
//! happens: this thread hears of the panic from the hook, which runs before anything unwinds.

use std::cell::RefCell;
use std::io::{self, ErrorKind};
use std::panic::{PanicHookInfo, set_hook, take_hook};
use std::sync::Once;
use std::sync::mpsc::{self, Sender};
use std::thread::Builder;
use std::time::Duration;

use tokio::runtime::{self, Runtime};

type Built = io::Result<Runtime>;

/// How long the threads may take to start.
const PATIENCE: Duration = Duration::from_secs(10);

thread_local! {
    /// Where a panic of this thread is reported, if this thread builds a runtime.
    static BUILDS_FOR: RefCell<Option<Sender<Built>>> = const { RefCell::new(None) };
}

/// A runtime with this number of worker threads.
///
/// # Errors
/// A thread cannot be started (`WouldBlock`), or no descriptor is left.
pub(crate) fn build(workers: usize) -> Built {
    report_panics();
    let (tell, told) = mpsc::channel();
    Builder::new().spawn(move || {
        BUILDS_FOR.set(Some(tell.clone()));
        let mut runtime = runtime::Builder::new_multi_thread();
        // If it fails, there was no patience.
        _ = tell.send(runtime.worker_threads(workers).enable_io().enable_time().build());
    })?;
    told.recv_timeout(PATIENCE).unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
}

/// From here on, a panic of a thread that builds is an answer. All others go where they went before.
fn report_panics() {
    static REPORTED: Once = Once::new();
    REPORTED.call_once(|| {
        let others = take_hook();
        set_hook(Box::new(move |panic| {
            // A thread that ends has no such variable any more.
            let builds_for = BUILDS_FOR.try_with(|tell| tell.borrow_mut().take()).unwrap_or_default();
            match builds_for {
                Some(tell) => _ = tell.send(Err(refused(panic))),
                None => others(panic),
            }
        }));
    });
}

fn refused(panic: &PanicHookInfo<'_>) -> io::Error {
    let text = panic.payload().downcast_ref::<String>().map_or("tokio panicked", String::as_str);
    io::Error::new(ErrorKind::WouldBlock, text.to_owned())
}
