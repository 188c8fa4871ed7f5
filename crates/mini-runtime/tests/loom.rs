//! Every interleaving with at most six preemptions:
//! `RUSTFLAGS="--cfg loom" cargo test -p mini-runtime --release --test loom`
#![cfg(loom)]

use loom as checker;

mod interleavings;

fn every_interleaving(scenario: fn()) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(6);
    model.check(scenario);
}

macro_rules! hold {
    ($($name:ident)*) => { $(
        #[test]
        fn $name() {
            every_interleaving(interleavings::$name);
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
