//! Random interleavings, also of scenarios that are too large for loom: `RUSTFLAGS="--cfg shuttle" cargo test -p
//! mini-runtime --release --test shuttle`
#![cfg(shuttle)]

use shuttle as checker;

mod interleavings;

use mini_runtime::{Executor, JoinError, Promise, Resolver, TaskSet, promise};
use readiness::Key;
use shuttle::thread;

const INTERLEAVINGS: usize = 5_000;

macro_rules! hold {
    ($($name:ident)*) => { $(
        #[test]
        fn $name() {
            shuttle::check_random(interleavings::$name, INTERLEAVINGS);
        }
    )* };
}

hold! {
    no_wake_of_the_main_future_is_lost
    no_wake_of_a_task_is_lost
    no_wake_within_a_set_is_lost
    wakes_that_coalesce_lose_no_news
    double_wakes_are_one_poll
    a_task_is_polled_on_one_thread_alone
    an_executor_that_is_dropped_drops_each_task_once
    a_promise_is_settled_from_another_thread
    a_value_nobody_wants_is_dropped_once
}

const TASKS: usize = 4;
const THREADS: usize = 3;

/// Each thread resolves one promise for each task.
fn promises_from_threads() -> Vec<Vec<Promise<usize>>> {
    let (mut tasks, mut threads) = (Vec::new(), Vec::<Vec<Resolver<usize>>>::new());
    threads.resize_with(THREADS, Vec::new);
    for _ in 0..TASKS {
        let (resolvers, promises): (Vec<_>, Vec<_>) = (0..THREADS).map(|_| promise()).unzip();
        threads.iter_mut().zip(resolvers).for_each(|(thread, resolver)| thread.push(resolver));
        tasks.push(promises);
    }
    for (number, resolvers) in threads.into_iter().enumerate() {
        thread::spawn(move || resolvers.into_iter().for_each(|resolver| _ = resolver.resolve(number)));
    }
    tasks
}

async fn sum(promises: Vec<Promise<usize>>) -> usize {
    let mut sum = 0;
    for promise in promises {
        sum += promise.await.expect("it is kept");
    }
    sum
}

/// A task for each list of promises, and a promise of its sum.
fn spawn_sums(executor: &Executor) -> Vec<(Key, Promise<usize>)> {
    let spawn = |promises| {
        let (resolver, promise) = promise();
        let key = executor.spawn(async move { _ = resolver.resolve(sum(promises).await) });
        (key, promise)
    };
    promises_from_threads().into_iter().map(spawn).collect()
}

#[test]
fn tasks_and_a_set_that_three_threads_wake_all_come_to_their_ends() {
    let scenario = || {
        let (executor, mut set) = (Executor::new(), TaskSet::new());
        let tasks = spawn_sums(&executor);
        promises_from_threads().into_iter().enumerate().for_each(|(number, one)| set.spawn(number, sum(one)));
        interleavings::block_on(&executor, async {
            while let Some((_, value)) = set.next().await {
                assert!(matches!(value, Ok(3)));
            }
            for (_, task) in tasks {
                assert_eq!(task.await, Ok(3));
            }
        });
    };
    shuttle::check_random(scenario, INTERLEAVINGS / 5);
    shuttle::check_pct(scenario, INTERLEAVINGS / 5, 3);
}

#[test]
fn tasks_cancelled_while_they_are_woken_leave_the_others_alone() {
    let scenario = || {
        let executor = Executor::new();
        let tasks = spawn_sums(&executor);
        interleavings::block_on(&executor, async {
            shuttle::future::yield_now().await;
            for (number, (key, task)) in tasks.into_iter().enumerate() {
                let cancelled = number % 2 == 0 && executor.cancel(key);
                let outcome = if cancelled { Err(JoinError::Cancelled) } else { Ok(3) };
                assert_eq!(task.await, outcome);
            }
        });
    };
    shuttle::check_random(scenario, INTERLEAVINGS / 5);
    shuttle::check_pct(scenario, INTERLEAVINGS / 5, 3);
}
