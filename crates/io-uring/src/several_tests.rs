//! One of several rings that fails. `tests/beyond_the_limit.rs` has rings that cannot be made.

use std::panic::panic_any;
use std::time::Duration;

use downstream_call::{Call, Failure, Reply, Run, Work};
use downstream_mock::{Config, Mock};

use crate::CompletionRing;

/// A panic in the work costs one call. One that is raised while such a panic is dropped ends the thread.
struct Again;

impl Drop for Again {
    fn drop(&mut self) {
        panic!("on purpose");
    }
}

#[test]
fn a_ring_that_panics_loses_its_own_calls_alone() {
    if CompletionRing::new().inspect_err(|error| eprintln!("skipped: {error}")).is_err() {
        return;
    }
    let mock =
        Mock::start(Config { latency: Duration::from_millis(20), ..Config::default() }).expect("a mock");
    let call = |id| Call::get(&format!("{}/echo/{id}", mock.url()), Duration::from_secs(10)).expect("a call");
    let calls: Vec<_> = (0..9).map(call).collect();
    let of_call_4 = |reply: &Reply| if reply.body == b"4" { panic_any(Again) } else { 0 };
    let run = Run { work: Work::Function(of_call_4), ..Run::default() };
    let outcomes = super::run(&run, &calls, 3);
    assert!(outcomes[3..6].iter().all(|outcome| *outcome == Err(Failure::Lost)), "{outcomes:?}");
    for id in [0, 1, 2, 6, 7, 8] {
        assert_eq!(outcomes[id].as_ref().expect("a reply").body, id.to_string().into_bytes());
    }
}
