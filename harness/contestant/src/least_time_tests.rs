//! No order of calls is faster than the least time.

use super::least_time;
use rstest::rstest;
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);

/// The time of these calls, in this order, each as soon as a place is free.
fn time_of(latencies: &[u32], in_flight: usize) -> u32 {
    let mut places = vec![0; in_flight];
    for latency in latencies {
        *places.iter_mut().min().expect("a place") += latency;
    }
    places.into_iter().max().expect("a place")
}

/// Every order of the rest behind each order of the first ones.
fn shortest(first: &mut Vec<u32>, rest: &[u32], in_flight: usize) -> u32 {
    if rest.is_empty() {
        return time_of(first, in_flight);
    }
    let mut fastest = u32::MAX;
    for (at, latency) in rest.iter().enumerate() {
        first.push(*latency);
        let others = [&rest[..at], &rest[at + 1..]].concat();
        fastest = fastest.min(shortest(first, &others, in_flight));
        first.pop();
    }
    fastest
}

#[rstest]
#[case::alike(&[100, 100, 100, 100, 100])]
#[case::one_long(&[10, 900, 10, 10, 10])]
#[case::two_long(&[700, 10, 600, 20, 30, 40])]
#[case::shared_evenly(&[50, 40, 30, 30, 30, 20])]
#[case::crowded(&[90, 90, 90, 80, 80, 0])]
#[case::none_waits(&[0, 0, 0])]
fn no_order_is_faster_than_the_least_time(#[case] latencies_ms: &[u32]) {
    let latencies: Vec<_> = latencies_ms.iter().map(|latency_ms| MS * *latency_ms).collect();
    for in_flight in 1..=latencies.len() + 1 {
        let (least, fastest) =
            (least_time(&latencies, in_flight), MS * shortest(&mut Vec::new(), latencies_ms, in_flight));
        assert!(least <= fastest, "{in_flight} in flight: {least:?} and {fastest:?}");
    }
}

#[rstest]
#[case::all_after_each_other(&[100, 600, 100, 200], 1, 1000)]
#[case::the_longest(&[100, 600, 100, 200], 2, 600)]
#[case::an_even_share(&[300, 200, 300, 200], 2, 500)]
#[case::three_turns_of_one_place(&[100, 100, 100, 100, 100], 2, 300)]
#[case::all_together(&[100, 600, 100, 200], 4, 600)]
#[case::with_places_to_spare(&[100, 600, 100, 200], 9, 600)]
#[case::of_no_calls(&[], 1, 0)]
fn the_least_time_is(#[case] latencies_ms: &[u32], #[case] in_flight: usize, #[case] least_ms: u32) {
    let latencies: Vec<_> = latencies_ms.iter().map(|latency_ms| MS * *latency_ms).collect();
    assert_eq!(least_time(&latencies, in_flight), MS * least_ms);
}
