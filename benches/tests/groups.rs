//! Each group's calls are made, checked and timed, and no group waits for long.

use std::time::Duration;

use benches::groups::GROUPS;
use benches::pair::Pair;
use meanwhile::models::{AtOnce, DEFAULT_WORKERS, MODELS};

#[test]
fn an_iteration_takes_at_least_the_latency_that_no_model_can_avoid() {
    let entry = MODELS.iter().find(|entry| entry.at_once == AtOnce::Unlimited).expect("a model");
    for group in GROUPS {
        let took = Pair::new(group, entry).time(2);
        assert!(took >= 2 * group.unavoidable(), "{}: {took:?}", group.name);
        assert!(took > Duration::ZERO, "{}", group.name);
    }
}

/// A sample has 100 ms, and Criterion warns if it holds a single iteration.
#[test]
fn no_model_waits_for_more_than_fifty_milliseconds_of_an_iteration() {
    for group in GROUPS {
        for entry in MODELS.iter().filter(|entry| group.takes(entry)) {
            let at_once = match entry.at_once {
                AtOnce::One => 1,
                AtOnce::Workers => DEFAULT_WORKERS.get(),
                AtOnce::Unlimited => group.calls(),
            };
            let waits = u32::try_from(group.calls().div_ceil(at_once)).expect("few");
            let waited = (group.latency * waits).max(group.unavoidable());
            assert!(waited <= Duration::from_millis(50), "{}/{}: {waited:?}", group.name, entry.name);
        }
    }
}
