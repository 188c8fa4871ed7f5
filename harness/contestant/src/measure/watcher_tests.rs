//! What a watcher tells of the process of this test, which has threads that only sleep.

use std::collections::HashSet;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use timeline::ThreadState;

use super::Watcher;
use crate::watch::{Seen, THREAD_LIMIT, Watch};

/// What was seen of this process within this time, in which it had these threads beside others.
fn seen_with_threads_that_sleep(threads: usize, time: Duration) -> Seen {
    let asleep: Vec<Sender<()>> = (0..threads)
        .map(|_| {
            let (end, ended) = channel::<()>();
            std::thread::spawn(move || ended.recv());
            end
        })
        .collect();
    let watch = Watch::default();
    let notes = watch.clone();
    let watcher = Watcher::start(std::process::id(), Instant::now(), move |sight| {
        notes.note(sight);
        Ok(())
    });
    std::thread::sleep(time);
    watcher.end();
    drop(asleep);
    watch.seen()
}

#[test]
fn of_a_hundred_threads_some_are_watched_the_rest_is_counted_and_the_cost_is_bounded() {
    let seen = seen_with_threads_that_sleep(100, Duration::from_secs(1));
    let numbers: HashSet<u32> = seen.threads.iter().map(|thread| thread.thread).collect();
    assert_eq!((seen.threads.len(), numbers.len()), (THREAD_LIMIT, THREAD_LIMIT));
    let [missing] = &seen.missing[..] else { panic!("{:?}", seen.missing) };
    let rest: usize = missing.split(' ').next().unwrap().parse().unwrap();
    assert!(missing.ends_with(" threads beside the first 64 not watched") && rest >= 37, "{missing}");
    assert_eq!(seen.unwatched_threads, rest);
    let cost = seen.cost.expect("it has ended");
    // A look and the end of watching are not paid for yet, so that it may be a little more than 2 %.
    assert!(cost.looks > 3 && cost.cpu_us <= cost.wall_us / 40, "{cost:?}");
}

#[test]
fn a_thread_that_sleeps_has_one_stretch_however_often_it_is_looked_at() {
    let seen = seen_with_threads_that_sleep(5, Duration::from_millis(300));
    let asleep = |thread: u32| {
        let mut stretches = seen.stretches.iter().filter(|stretch| stretch.thread == thread);
        let first = stretches.next()?;
        let slept = first.state == ThreadState::AsleepIn("futex".into());
        (slept && stretches.next().is_none() && first.length_us() > 100_000).then_some(())
    };
    let sleepers = seen.threads.iter().filter_map(|thread| asleep(thread.thread)).count();
    assert!(sleepers >= 5, "{seen:?}");
    assert!(seen.going_on.is_empty(), "what was told to go on is over: {seen:?}");
}
