//! The tools asyncio's users know.
#![cfg(not(any(loom, shuttle)))]

use std::cell::{Cell, RefCell};
use std::future::{Future, pending};
use std::rc::Rc;
use std::time::Duration;

use mini_runtime::{
    BoundedSemaphore, Condition, Event, JoinError, LifoQueue, Lock, PriorityQueue, Queue, ReleasedTooOften,
    Runtime, Semaphore, all_completed, as_completed, both, first_completed, first_exception, gather, sleep,
    spawn, try_gather, wait, wait_at_most, wait_for,
};

const SHORT: Duration = Duration::from_millis(10);

fn block_on<F: Future>(future: F) -> F::Output {
    Runtime::new().expect("a runtime").block_on(future).expect("a poller")
}

/// Waits for one round of the loop, in which every task that is ready runs.
async fn round() {
    sleep(Duration::ZERO).await;
}

/// Returns a value after some rounds, so that the order is certain and does not depend on a clock.
async fn after<T>(units: u32, value: T) -> T {
    for _ in 0..4 * units {
        round().await;
    }
    value
}

#[test]
fn gather_gives_all_outcomes_in_the_order_given() {
    let values = block_on(gather([after(2, Ok("slow")), after(1, Err("failed")), after(0, Ok("fast"))]));
    assert_eq!(values, [Ok("slow"), Err("failed"), Ok("fast")]);
    assert_eq!(block_on(gather(Vec::<std::future::Ready<()>>::new())), []);
    assert_eq!(block_on(both(after(1, 'a'), after(0, 2))), ('a', 2));
}

#[test]
fn the_first_failure_of_a_gather_that_tries_drops_the_rest() {
    let went_on = Rc::new(Cell::new(false));
    block_on(async {
        let slow = async |units, outcome: Result<u32, &'static str>| {
            after(units, ()).await;
            went_on.set(outcome.is_ok() || went_on.get());
            outcome
        };
        assert_eq!(try_gather([slow(2, Ok(1)), slow(1, Err("failed"))]).await, Err("failed"));
        after(3, ()).await;
    });
    assert!(!went_on.get());
    let values: Result<_, ()> = block_on(try_gather([after(1, Ok(1)), after(0, Ok(2))]));
    assert_eq!(values, Ok(vec![1, 2]));
}

#[test]
#[should_panic(expected = "on purpose")]
fn a_panic_among_gathered_futures_reaches_the_future_that_awaits_them() {
    block_on(gather([0, 1].map(async |number| assert!(number == 0, "on purpose"))));
}

#[test]
fn outcomes_come_as_they_are_completed() {
    block_on(async {
        let mut tasks = as_completed([3, 1, 2].map(|units| after(units, units)));
        let mut order = Vec::new();
        while let Some((number, value)) = tasks.next().await {
            order.push((number, value.expect("no panic")));
        }
        assert_eq!(order, [(1, 1), (2, 2), (0, 3)]);
    });
}

#[test]
fn a_panic_in_a_set_is_one_outcome_among_others() {
    block_on(async {
        let mut tasks = as_completed([0, 1].map(async |number| assert!(number == 0, "on purpose")));
        let first = tasks.next().await.map(|(number, outcome)| (number, outcome.is_ok()));
        let second = tasks.next().await.map(|(number, outcome)| (number, outcome.is_ok()));
        assert_eq!([first, second], [Some((0, true)), Some((1, false))]);
        assert!(tasks.next().await.is_none());
    });
}

#[test]
fn wait_returns_at_the_first_outcome_or_exception_or_after_all() {
    block_on(async {
        let tasks =
            || [(3, Ok(3)), (1, Ok(1)), (2, Err("failed"))].map(|(at, value)| spawn(after(at, value)));
        let first = wait(tasks(), first_completed).await;
        assert_eq!(first.done, [(1, Ok(Ok(1)))]);
        let exception = wait(tasks(), first_exception).await;
        assert_eq!(exception.done, [(1, Ok(Ok(1))), (2, Ok(Err("failed")))]);
        let all = wait(tasks(), all_completed).await;
        assert_eq!((all.done.len(), all.pending.len()), (3, 0));
        let none = wait_at_most(tasks(), all_completed, Duration::ZERO).await;
        assert_eq!((none.done.len(), none.pending.len()), (0, 3));
        for (number, task) in first.pending {
            assert_eq!(task.await.is_ok_and(|value| value.is_ok()), number == 0, "it goes on");
        }
    });
}

#[test]
fn a_cancelled_task_is_an_exception_to_wait_for() {
    block_on(async {
        let tasks = [spawn(pending::<Result<(), ()>>()), spawn(pending())];
        tasks[1].cancel();
        let waited = wait(tasks, first_exception).await;
        assert_eq!(waited.done, [(1, Err(JoinError::Cancelled))]);
    });
}

#[test]
fn a_lock_is_first_come_first_served_across_awaits() {
    block_on(async {
        let (lock, order) = (Lock::new(0), RefCell::new(Vec::new()));
        gather((0..4).map(async |number| {
            let mut value = lock.lock().await;
            order.borrow_mut().push(number);
            let before = *value;
            round().await;
            *value = before + 1;
        }))
        .await;
        assert_eq!((*lock.lock().await, order.into_inner()), (4, vec![0, 1, 2, 3]));
        let guard = lock.try_lock().expect("free");
        assert!(lock.is_locked() && lock.try_lock().is_none());
        drop(guard);
        assert!(!lock.is_locked());
    });
}

#[test]
fn a_waiter_cancelled_while_it_waits_or_after_it_was_given_a_permit_loses_nothing() {
    block_on(async {
        let semaphore = Rc::new(Semaphore::new(1));
        for turn_came in [false, true] {
            let held = semaphore.acquire().await;
            let waiter = |semaphore: &Rc<Semaphore>| {
                let semaphore = Rc::clone(semaphore);
                spawn(async move { drop(semaphore.acquire().await) })
            };
            let (doomed, next) = (waiter(&semaphore), waiter(&semaphore));
            round().await;
            if turn_came {
                drop(held);
                doomed.cancel();
            } else {
                doomed.cancel();
                drop(held);
            }
            assert!(wait_for(next, 100 * SHORT).await.is_ok(), "the permit went to the next one");
            assert_eq!(semaphore.permits(), 1);
        }
    });
}

#[test]
fn a_permit_given_to_a_waiter_cannot_be_taken_by_another_task() {
    block_on(async {
        let semaphore = Semaphore::new(1);
        let held = semaphore.acquire().await;
        let waiter = async {
            let _permit = semaphore.acquire().await;
        };
        let release = async {
            drop(held);
            assert!(semaphore.try_acquire().is_none(), "the permit is the waiter's");
        };
        both(waiter, release).await;
        assert!(semaphore.try_acquire().is_some());
    });
}

#[test]
fn a_bounded_semaphore_refuses_a_permit_too_many() {
    let semaphore = BoundedSemaphore::new(1);
    assert_eq!(semaphore.release(), Err(ReleasedTooOften));
    semaphore.try_acquire().expect("a permit").forget();
    assert_eq!((semaphore.permits(), semaphore.release(), semaphore.permits()), (0, Ok(()), 1));
}

#[test]
fn an_event_wakes_all_its_waiters_even_if_it_is_cleared_at_once() {
    block_on(async {
        let event = Rc::new(Event::new());
        let waiters = [0, 1].map(|_| {
            let event = Rc::clone(&event);
            spawn(async move { event.wait().await })
        });
        round().await;
        event.set();
        event.clear();
        assert!(!event.is_set());
        assert_eq!(wait_for(gather(waiters), 100 * SHORT).await, Ok(vec![Ok(()), Ok(())]));
        assert!(wait_for(event.wait(), SHORT).await.is_err());
    });
}

#[test]
fn a_condition_wakes_one_or_all_and_a_cancelled_one_passes_it_on() {
    block_on(async {
        let shared = Rc::new((Lock::new(0), Condition::new()));
        let waiter = || {
            let shared = Rc::clone(&shared);
            spawn(async move { *shared.1.wait(shared.0.lock().await).await += 1 })
        };
        let waiters = [waiter(), waiter(), waiter(), waiter()];
        round().await;
        shared.1.notify_one();
        waiters[0].cancel();
        after(1, ()).await;
        assert_eq!(*shared.0.lock().await, 1, "the second one has the notification of the first");
        shared.1.notify_all();
        let outcomes = gather(waiters).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 3);
        assert_eq!(*shared.0.lock().await, 3);
        shared.1.notify_one();
        assert!(
            wait_for(waiter(), SHORT).await.is_err(),
            "a notification reaches only tasks that wait already"
        );
    });
}

#[test]
fn a_notified_waiter_cancelled_before_it_has_the_lock_passes_it_on() {
    block_on(async {
        let shared = Rc::new((Lock::new(0), Condition::new()));
        let waiter = || {
            let shared = Rc::clone(&shared);
            spawn(async move { *shared.1.wait(shared.0.lock().await).await += 1 })
        };
        let (doomed, next) = (waiter(), waiter());
        round().await;
        let guard = shared.0.lock().await;
        shared.1.notify_one();
        round().await;
        doomed.cancel();
        drop(guard);
        assert!(wait_for(next, 100 * SHORT).await.is_ok());
    });
}

#[test]
fn queues_have_their_orders() {
    block_on(async {
        let (queue, lifo, priority) =
            (Queue::unbounded(), LifoQueue::unbounded(), PriorityQueue::unbounded());
        for item in [2, 3, 1] {
            both(queue.put(item), both(lifo.put(item), priority.put(item))).await;
        }
        let mut got = Vec::new();
        for _ in 0..3 {
            got.push([queue.get().await, lifo.get().await, priority.get().await]);
        }
        assert_eq!(got, [[2, 1, 1], [3, 3, 2], [1, 2, 3]]);
        assert_eq!((queue.try_get(), queue.is_empty()), (None, true));
    });
}

#[test]
fn a_full_queue_makes_put_wait() {
    block_on(async {
        let queue = Queue::new(2);
        assert_eq!([queue.try_put(0), queue.try_put(1), queue.try_put(2)], [Ok(()), Ok(()), Err(2)]);
        assert!(queue.is_full() && queue.len() == 2);
        assert!(wait_for(queue.put(3), SHORT).await.is_err());
        let (_, first) = both(queue.put(4), queue.get()).await;
        assert_eq!([first, queue.get().await, queue.get().await], [0, 1, 4], "3 was never added");
    });
}

#[test]
fn join_waits_until_all_items_of_a_queue_are_processed() {
    block_on(async {
        let queue = Rc::new(Queue::new(2));
        let done = Rc::new(Cell::new(0));
        let workers = [0, 1, 2].map(|_| {
            let (queue, done) = (Rc::clone(&queue), Rc::clone(&done));
            spawn(async move {
                loop {
                    let item = queue.get().await;
                    after(1, ()).await;
                    done.set(done.get() + item);
                    queue.task_done();
                }
            })
        });
        for item in 1..=10 {
            queue.put(item).await;
        }
        queue.join().await;
        assert_eq!(done.get(), 55);
        workers.iter().for_each(|worker: &mini_runtime::JoinHandle<()>| assert!(worker.cancel()));
    });
}

#[test]
fn a_get_cancelled_after_an_item_came_leaves_the_item() {
    block_on(async {
        let queue = Rc::new(Queue::unbounded());
        let doomed = spawn({
            let queue = Rc::clone(&queue);
            async move { queue.get().await }
        });
        round().await;
        queue.put(1).await;
        assert!(doomed.cancel());
        assert_eq!(queue.try_get(), Some(1));
    });
}
