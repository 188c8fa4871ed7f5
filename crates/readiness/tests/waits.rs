//! When a wait ends: by its deadline and never early, by a wake, by a cancelled run.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use downstream_call::Cancel;
use readiness::{Key, Poller};

/// Waits once, with no socket watched, and checks that no key comes back.
fn wait(poller: &mut Poller, until: Option<Instant>) {
    let mut ready: Vec<Key> = Vec::new();
    poller.wait(until, &mut ready).expect("a wait");
    assert!(ready.is_empty(), "no socket is watched, and these are ready: {ready:?}");
}

/// A wait that takes this long was not woken.
const PATIENCE: Duration = Duration::from_secs(10);

/// Waits while another thread acts, and checks that the wait did not return before.
fn wait_for_another_thread(poller: &mut Poller, until: Option<Instant>, act: impl FnOnce() + Send) {
    let acted = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            acted.store(true, Ordering::SeqCst);
            act();
        });
        wait(poller, until);
        assert!(acted.load(Ordering::SeqCst), "a wait returned by itself");
    });
}

/// Waits with a short deadline, and checks that nothing else ended the wait.
fn assert_nothing_ends_a_wait(poller: &mut Poller) {
    let until = Instant::now() + Duration::from_millis(5);
    wait(poller, Some(until));
    assert!(Instant::now() >= until, "something ended the wait before its deadline");
}

#[test]
fn a_wait_is_never_early_however_finely_its_deadline_is_given() {
    let mut poller = Poller::new().expect("a poller");
    // epoll counts whole milliseconds (epoll_wait(2)): if these were rounded down, each would end before its deadline.
    for microseconds in [1, 250, 999, 1001, 1500, 1999, 2750, 3999] {
        let until = Instant::now() + Duration::from_micros(microseconds);
        wait(&mut poller, Some(until));
        assert!(Instant::now() >= until, "a wait of {microseconds} µs was early");
    }
}

#[test]
fn a_deadline_that_has_passed_does_not_block() {
    let mut poller = Poller::new().expect("a poller");
    let now = Instant::now();
    wait(&mut poller, Some(now));
    wait(&mut poller, now.checked_sub(Duration::from_secs(1)));
}

#[test]
fn a_deadline_in_a_hundred_years_is_a_long_wait_and_no_error() {
    let mut poller = Poller::new().expect("a poller");
    let waker = poller.waker().expect("a waker");
    waker.wake().expect("a wake");
    wait(&mut poller, Some(Instant::now() + Duration::from_secs(100 * 365 * 24 * 60 * 60)));
}

#[test]
fn a_wait_without_a_deadline_lasts_until_another_thread_wakes_it() {
    let mut poller = Poller::new().expect("a poller");
    let waker = poller.waker().expect("a waker");
    wait_for_another_thread(&mut poller, None, || waker.wake().expect("a wake"));
}

#[test]
fn a_wake_that_comes_before_the_wait_is_not_lost_and_ends_one_wait() {
    let mut poller = Poller::new().expect("a poller");
    let waker = poller.waker().expect("a waker");
    waker.wake().expect("a wake");
    waker.clone().wake().expect("a wake");
    wait(&mut poller, None);
    assert_nothing_ends_a_wait(&mut poller);
}

#[test]
#[cfg(unix)]
fn a_run_that_another_thread_cancels_ends_the_wait() {
    let mut poller = Poller::new().expect("a poller");
    let cancel = Cancel::new().expect("a cancel");
    poller.watch_cancel(&cancel).expect("it is watched");
    let until = Instant::now() + PATIENCE;
    wait_for_another_thread(&mut poller, Some(until), || cancel.cancel());
    assert!(Instant::now() < until, "the cancelled run did not end the wait");
}

#[test]
#[cfg(unix)]
fn a_run_that_was_cancelled_before_it_was_watched_ends_the_first_wait() {
    let mut poller = Poller::new().expect("a poller");
    let cancel = Cancel::new().expect("a cancel");
    cancel.cancel();
    poller.watch_cancel(&cancel).expect("it is watched");
    let until = Instant::now() + PATIENCE;
    wait(&mut poller, Some(until));
    assert!(Instant::now() < until, "the cancelled run did not end the wait");
}

#[test]
fn a_run_that_is_forgotten_ends_no_wait() {
    let mut poller = Poller::new().expect("a poller");
    let cancel = Cancel::new().expect("a cancel");
    poller.watch_cancel(&cancel).expect("it is watched");
    poller.forget_cancel(&cancel).expect("it was watched");
    cancel.cancel();
    assert_nothing_ends_a_wait(&mut poller);
}

#[test]
fn a_run_that_is_never_cancelled_can_be_watched_and_forgotten() {
    let poller = Poller::new().expect("a poller");
    poller.watch_cancel(&Cancel::never()).expect("nothing to watch");
    poller.forget_cancel(&Cancel::never()).expect("nothing to forget");
}
