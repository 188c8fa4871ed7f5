//! The examples run, and their assertions hold.
#![cfg(not(any(loom, shuttle)))]

use std::time::{Duration, Instant};

#[path = "../examples/tour.rs"]
mod tour;

#[test]
fn the_tour_takes_less_than_two_seconds() {
    let start = Instant::now();
    tour::main().expect("a runtime");
    assert!(start.elapsed() < Duration::from_secs(2));
}
