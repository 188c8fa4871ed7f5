//! The example checks what it shows; this test runs it.

use std::num::NonZeroUsize;
use std::time::Duration;

#[path = "../examples/queueing.rs"]
mod queueing;

#[test]
fn a_limit_shortens_the_queue_that_a_request_waits_in() {
    queueing::main().expect("no error");
}

/// 800 ms of computing after 60 ms of waiting.
#[test]
fn a_pool_that_does_not_get_its_cores_is_told() {
    let two = NonZeroUsize::new(2).expect("a number of cores");
    assert_eq!(queueing::busy(Duration::from_millis(480), two), None);
    let warning = queueing::busy(Duration::from_millis(860), two).expect("a warning");
    assert!(warning.contains("the pool had 1.0 of 2 cores"), "{warning}");
}
