//! Tasks, the loop that polls them, and what happens when they panic, are cancelled or are never finished.
#![cfg(not(any(loom, shuttle)))]

use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use mini_runtime::{
    JoinError, Runtime, call_later, promise, run_in_executor, shield, sleep, spawn, wait_for, wait_until,
};

const SHORT: Duration = Duration::from_millis(10);
const LONG: Duration = Duration::from_secs(60);

fn block_on<F: Future>(future: F) -> F::Output {
    Runtime::new().expect("a runtime").block_on(future).expect("a poller")
}

/// Counts how often it is dropped.
struct Dropped(Rc<Cell<usize>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn tasks_run_beside_the_one_that_spawned_them() {
    let order = Rc::new(RefCell::new(Vec::new()));
    block_on(async {
        let task = spawn({
            let order = Rc::clone(&order);
            async move { order.borrow_mut().push("task") }
        });
        order.borrow_mut().push("main");
        task.await.expect("not cancelled");
        order.borrow_mut().push("joined");
    });
    assert_eq!(*order.borrow(), ["main", "task", "joined"]);
}

#[test]
fn a_panic_costs_only_its_own_task() {
    block_on(async {
        let bad = spawn(async { panic!("on purpose") });
        let good = spawn(async { 1 });
        assert_eq!(bad.await, Err::<(), _>(JoinError::Panicked));
        assert_eq!(good.await, Ok(1));
    });
}

#[test]
fn a_cancelled_task_is_dropped_where_it_waits() {
    block_on(async {
        let drops = Rc::new(Cell::new(0));
        let dropped = Dropped(Rc::clone(&drops));
        let task = spawn(async move {
            let _dropped = dropped;
            sleep(LONG).await;
        });
        sleep(Duration::ZERO).await;
        assert!(task.cancel());
        assert_eq!(drops.get(), 1);
        assert!(!task.cancel(), "it is over");
        assert!(task.is_finished());
        assert_eq!(task.await, Err(JoinError::Cancelled));
    });
}

#[test]
fn a_task_that_cancels_itself_goes_on_to_its_next_await() {
    block_on(async {
        let handle = Rc::new(RefCell::new(None));
        let steps = Rc::new(Cell::new(0));
        let task = spawn({
            let (handle, steps) = (Rc::clone(&handle), Rc::clone(&steps));
            async move {
                steps.set(1);
                handle.borrow().as_ref().map(mini_runtime::JoinHandle::<()>::cancel);
                steps.set(2);
                sleep(Duration::ZERO).await;
                steps.set(3);
            }
        });
        handle.replace(Some(task));
        sleep(SHORT).await;
        assert_eq!(steps.get(), 2);
    });
}

#[test]
fn dropping_a_handle_does_not_cancel_its_task() {
    block_on(async {
        let (resolver, promise) = promise();
        drop(spawn(async move { resolver.resolve("done") }));
        assert_eq!(promise.await, Ok("done"));
    });
}

#[test]
fn a_runtime_that_is_dropped_drops_each_task_once() {
    let drops = Rc::new(Cell::new(0));
    let runtime = Runtime::new().expect("a runtime");
    for timed in [false, true] {
        let dropped = Dropped(Rc::clone(&drops));
        drop(runtime.spawn(async move {
            let _dropped = dropped;
            if timed { sleep(LONG).await } else { pending().await }
        }));
    }
    runtime.block_on(sleep(SHORT)).expect("a poller");
    assert_eq!(drops.get(), 0);
    drop(runtime);
    assert_eq!(drops.get(), 2);
}

#[test]
fn a_handle_may_outlive_its_runtime() {
    let runtime = Runtime::new().expect("a runtime");
    let task = runtime.spawn(pending::<()>());
    drop(runtime);
    assert!(!task.cancel());
    assert_eq!(block_on(task), Err(JoinError::Cancelled));
}

#[test]
fn tasks_go_on_in_the_next_block_on() {
    let runtime = Runtime::new().expect("a runtime");
    let task = runtime.spawn(async {
        sleep(SHORT).await;
        7
    });
    runtime.block_on(async {}).expect("a poller");
    assert_eq!(runtime.block_on(task).expect("a poller"), Ok(7));
}

#[test]
fn a_runtime_works_on_after_its_main_future_panicked() {
    let runtime = Runtime::new().expect("a runtime");
    let panicking = AssertUnwindSafe(|| runtime.block_on(async { panic!("on purpose") }));
    assert!(catch_unwind(panicking).is_err());
    assert_eq!(runtime.block_on(async { 1 }).expect("a poller"), 1);
}

#[test]
#[should_panic(expected = "in a block_on already")]
fn a_block_on_within_another_is_refused() {
    block_on(async { block_on(async {}) });
}

#[test]
fn a_future_that_wakes_itself_leaves_room_for_timers() {
    let mut polls = 0_u64;
    let busy = poll_fn(|context| {
        polls += 1;
        context.waker().wake_by_ref();
        Poll::<()>::Pending
    });
    assert!(block_on(wait_for(busy, SHORT)).is_err());
    assert!(polls > 1);
}

#[test]
fn a_wake_from_another_thread_ends_the_loops_sleep() {
    let start = Instant::now();
    let (resolver, promise) = promise();
    let other = thread::spawn(move || {
        thread::sleep(SHORT);
        resolver.resolve(5)
    });
    assert_eq!(block_on(wait_for(promise, LONG)), Ok(Ok(5)));
    assert!(start.elapsed() < LONG);
    assert_eq!(other.join().expect("no panic"), Ok(()));
}

#[test]
fn a_promise_reports_that_its_resolver_was_dropped_and_a_resolver_that_its_promise_was() {
    let (resolver, broken) = promise::<()>();
    drop(resolver);
    assert_eq!(block_on(broken), Err(JoinError::Cancelled));
    let (resolver, dropped) = promise();
    drop(dropped);
    assert!(resolver.is_abandoned());
    assert_eq!(resolver.resolve(3), Err(3));
}

#[test]
fn a_sleep_is_never_early() {
    block_on(async {
        for micros in [0, 1, 999, 1_500, 12_345] {
            let (start, time) = (Instant::now(), Duration::from_micros(micros));
            sleep(time).await;
            assert!(start.elapsed() >= time);
        }
    });
}

#[test]
fn a_timeout_drops_its_future_unless_it_has_only_a_reference() {
    block_on(async {
        let drops = Rc::new(Cell::new(0));
        let dropped = Dropped(Rc::clone(&drops));
        let slow = async move {
            let _dropped = dropped;
            sleep(LONG).await;
        };
        assert!(wait_for(slow, SHORT).await.is_err());
        assert_eq!(drops.get(), 1);

        let mut lent = spawn(sleep(3 * SHORT));
        assert!(wait_for(&mut lent, SHORT).await.is_err());
        assert_eq!(lent.await, Ok(()));
        assert!(
            wait_until(Box::pin(async {}), Instant::now()).await.is_ok(),
            "a future that is ready is not late"
        );
        assert_eq!(wait_for(async { 1 }, Duration::MAX).await, Ok(1));
    });
}

#[test]
fn a_shielded_future_outlives_the_task_that_waits_for_it() {
    block_on(async {
        let (resolver, promise) = promise();
        let outer = spawn(async move {
            shield(async move {
                sleep(SHORT).await;
                resolver.resolve("saved")
            })
            .await
        });
        sleep(Duration::ZERO).await;
        assert!(outer.cancel());
        assert_eq!(promise.await, Ok("saved"));
    });
}

#[test]
fn a_later_call_is_made_once_or_cancelled() {
    block_on(async {
        let calls = Rc::new(Cell::new(0));
        let count = |calls: &Rc<Cell<usize>>| {
            let calls = Rc::clone(calls);
            move || calls.set(calls.get() + 1)
        };
        let kept = call_later(SHORT, count(&calls));
        let taken_back = call_later(SHORT, count(&calls));
        drop(call_later(SHORT, count(&calls)));
        assert!(taken_back.cancel());
        kept.await.expect("not cancelled");
        sleep(SHORT).await;
        assert_eq!(calls.get(), 2);
    });
}

#[test]
fn functions_on_other_threads_leave_the_loop_free() {
    block_on(async {
        let here = thread::current().id();
        let (release, blocked) = std::sync::mpsc::channel();
        let blocking = run_in_executor(move || {
            blocked.recv().expect("released");
            thread::current().id()
        });
        sleep(SHORT).await;
        release.send(()).expect("it waits");
        assert_ne!(blocking.await, Ok(here));
        assert_eq!(run_in_executor(|| panic!("on purpose")).await, Err::<(), _>(JoinError::Panicked));
        assert_eq!(run_in_executor(|| 1).await, Ok(1), "the thread goes on");
    });
}

#[test]
fn a_function_whose_promise_is_dropped_in_the_queue_never_starts() {
    let begun = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    block_on(async {
        let releases: Vec<_> = (0..16)
            .map(|_| {
                let (release, blocked) = std::sync::mpsc::channel::<()>();
                (release, run_in_executor(move || blocked.recv().is_ok()))
            })
            .collect();
        let begun = std::sync::Arc::clone(&begun);
        drop(run_in_executor(move || begun.store(true, std::sync::atomic::Ordering::SeqCst)));
        for (release, blocking) in releases {
            release.send(()).expect("it waits");
            assert_eq!(blocking.await, Ok(true));
        }
    });
    assert!(!begun.load(std::sync::atomic::Ordering::SeqCst));
}
