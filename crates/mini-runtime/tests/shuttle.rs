//! Interleavings at random, also of what is too large for loom:
//! `RUSTFLAGS="--cfg shuttle" cargo test -p mini-runtime --release --test shuttle`
#![cfg(shuttle)]

use shuttle as checker;

mod interleavings;

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
