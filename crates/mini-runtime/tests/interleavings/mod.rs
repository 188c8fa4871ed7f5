//! Scenarios that must hold however threads interleave. Loom tries all interleavings within a bound, shuttle many at
//! random.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use mini_runtime::{Executor, JoinError, TaskSet, promise};

use super::checker::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use super::checker::sync::{Condvar, Mutex};
use super::checker::thread;

/// Runs a future as the runtime does, but sleeps on a condition variable instead of in the poller.
pub(crate) fn block_on<F: Future>(executor: &Executor, main: F) -> F::Output {
    let parker = Arc::new(Parker { woken: Mutex::new(false), changed: Condvar::new() });
    let unpark = Waker::from(Arc::clone(&parker));
    let wait = |idle, _: &mut Vec<Waker>| {
        if idle {
            parker.park();
        }
        Ok::<(), ()>(())
    };
    executor.block_on(main, &unpark, wait).expect("parking does not fail")
}

struct Parker {
    woken: Mutex<bool>,
    changed: Condvar,
}

impl Parker {
    fn park(&self) {
        let mut woken = self.woken.lock().expect("no panic");
        while !*woken {
            woken = self.changed.wait(woken).expect("no panic");
        }
        *woken = false;
    }
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        *self.woken.lock().expect("no panic") = true;
        self.changed.notify_one();
    }
}

/// Ready once `flag` is set. At its first poll it gives its waker to a thread that sets the flag and wakes.
///
/// The flag is relaxed: only the wake makes the poll see it.
fn set_by_another_thread(flag: Arc<AtomicBool>) -> impl Future<Output = ()> {
    let mut started = false;
    poll_fn(move |context| {
        if !started {
            started = true;
            let (flag, waker) = (Arc::clone(&flag), context.waker().clone());
            thread::spawn(move || {
                flag.store(true, Ordering::Relaxed);
                waker.wake();
            });
        }
        if flag.load(Ordering::Relaxed) { Poll::Ready(()) } else { Poll::Pending }
    })
}

fn flag() -> Arc<AtomicBool> {
    Arc::new(AtomicBool::new(false))
}

/// A wake for the future of `block_on` comes before, during or after its poll, or while the loop falls asleep.
pub(crate) fn no_wake_of_the_main_future_is_lost() {
    block_on(&Executor::new(), set_by_another_thread(flag()));
}

/// The same for a task, whose end wakes the main future through its promise.
pub(crate) fn no_wake_of_a_task_is_lost() {
    let executor = Executor::new();
    let (resolver, promise) = promise();
    executor.spawn(async move {
        set_by_another_thread(flag()).await;
        resolver.resolve(7).expect("it is awaited");
    });
    assert_eq!(block_on(&executor, promise), Ok(7));
}

/// The same for a future within a set, whose wake goes through two queues.
pub(crate) fn no_wake_within_a_set_is_lost() {
    let mut set = TaskSet::new();
    set.spawn(3, set_by_another_thread(flag()));
    let finished = block_on(&Executor::new(), set.next());
    assert!(matches!(finished, Some((3, Ok(())))));
}

/// Two threads write and wake; the wakes may become one, but the poll after it sees what both wrote.
pub(crate) fn wakes_that_coalesce_lose_no_news() {
    let news = [flag(), flag()];
    let mut started = false;
    let both = poll_fn(move |context| {
        if !started {
            started = true;
            for flag in &news {
                let (flag, waker) = (Arc::clone(flag), context.waker().clone());
                thread::spawn(move || {
                    flag.store(true, Ordering::Relaxed);
                    waker.wake();
                });
            }
        }
        if news.iter().all(|flag| flag.load(Ordering::Relaxed)) { Poll::Ready(()) } else { Poll::Pending }
    });
    block_on(&Executor::new(), both);
}

/// However many wakes come between two polls, the second poll is one.
pub(crate) fn double_wakes_are_one_poll() {
    let (polls, waker) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(None)));
    let mut set = TaskSet::<()>::new();
    set.spawn(0, {
        let (polls, waker) = (Rc::clone(&polls), Rc::clone(&waker));
        poll_fn(move |context| {
            polls.set(polls.get() + 1);
            waker.set(Some(context.waker().clone()));
            Poll::Pending
        })
    });
    let mut poll_next = || {
        assert!(pin!(set.next()).poll(&mut Context::from_waker(Waker::noop())).is_pending());
    };
    poll_next();
    let waker: Waker = waker.take().expect("polled");
    let other = thread::spawn({
        let waker = waker.clone();
        move || waker.wake()
    });
    waker.wake();
    other.join().expect("no panic");
    poll_next();
    poll_next();
    assert_eq!(polls.get(), 2);
}

/// A task woken from two threads is polled on one, and never while it is polled already.
pub(crate) fn a_task_is_polled_on_one_thread_alone() {
    let home = thread::current().id();
    let (polled, wakes) = (flag(), Arc::new(AtomicUsize::new(0)));
    let mut started = false;
    let future = poll_fn(move |context| {
        assert_eq!(thread::current().id(), home);
        assert!(!polled.swap(true, Ordering::Relaxed), "polled twice at once");
        if !started {
            started = true;
            for _ in 0..2 {
                let (wakes, waker) = (Arc::clone(&wakes), context.waker().clone());
                thread::spawn(move || {
                    wakes.fetch_add(1, Ordering::Relaxed);
                    waker.wake();
                });
            }
        }
        polled.store(false, Ordering::Relaxed);
        if wakes.load(Ordering::Relaxed) == 2 { Poll::Ready(()) } else { Poll::Pending }
    });
    let mut set = TaskSet::new();
    set.spawn(0, future);
    assert!(matches!(block_on(&Executor::new(), set.next()), Some((0, Ok(())))));
}

/// An executor with unfinished tasks drops each once, even if other threads wake them meanwhile and later.
pub(crate) fn an_executor_that_is_dropped_drops_each_task_once() {
    let drops = Rc::new(Cell::new(0));
    let (wakers, executor) = (Rc::new(Cell::new(Vec::new())), Executor::new());
    for _ in 0..2 {
        let (dropped, wakers) = (Dropped(Rc::clone(&drops)), Rc::clone(&wakers));
        executor.spawn(poll_fn(move |context| {
            let _alive = &dropped;
            let mut all: Vec<Waker> = wakers.take();
            all.push(context.waker().clone());
            wakers.set(all);
            Poll::Pending
        }));
    }
    block_on(&executor, async {});
    // The main future came last, so both tasks have been polled once.
    let [first, second] = wakers.take().try_into().expect("two tasks");
    let other = thread::spawn(move || {
        first.wake_by_ref();
        first.wake();
    });
    drop(executor);
    assert_eq!(drops.get(), 2);
    second.wake();
    other.join().expect("no panic");
    assert_eq!(drops.get(), 2);
}

/// A promise that another thread resolves or drops wakes the task that awaits it.
pub(crate) fn a_promise_is_settled_from_another_thread() {
    let (resolver, kept) = promise();
    let (broken, breaks) = promise::<()>();
    thread::spawn(move || {
        resolver.resolve(5).expect("it is awaited");
        drop(broken);
    });
    block_on(&Executor::new(), async {
        assert_eq!(kept.await, Ok(5));
        assert_eq!(breaks.await, Err(JoinError::Cancelled));
    });
}

/// A promise is resolved while it is dropped: the value is dropped once, by either side.
pub(crate) fn a_value_nobody_wants_is_dropped_once() {
    let drops = Arc::new(AtomicUsize::new(0));
    let (resolver, promise) = promise();
    let value = Counted(Arc::clone(&drops));
    let other = thread::spawn(move || drop(resolver.resolve(value)));
    drop(promise);
    other.join().expect("no panic");
    assert_eq!(drops.load(Ordering::Relaxed), 1);
}

struct Dropped(Rc<Cell<usize>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
