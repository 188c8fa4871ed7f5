//! A test of calls made with callbacks. The conformance suite has the requirements of all models.

use std::io;
use std::num::NonZeroUsize;
use std::time::Duration;

use callback_loop::CallbackLoop;
use downstream_call::{Call, Failure, Model, Run};
use downstream_mock::faults::Scene;
use downstream_mock::{Config, Mock};

const LONG: Duration = Duration::from_secs(10);

fn at_most(in_flight: usize) -> Run {
    Run { in_flight: NonZeroUsize::new(in_flight).expect("not zero"), ..Run::default() }
}

#[test]
fn ten_thousand_calls_that_fail_at_once_do_not_grow_the_stack() -> io::Result<()> {
    let mock = Mock::start(Config::default())?;
    let closed = mock.scene(&Scene::Refused)?;
    let refused = Call { address: closed.address(), host: "refused".into(), path: "/".into(), timeout: LONG };
    let calls = vec![refused.with_path("no slash"); 10_000];
    for run in [at_most(1), Run::default()] {
        let outcomes = CallbackLoop::new()?.fan_out(&run, &calls)?;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(Failure::Unsendable(_)))));
    }
    let outcomes = CallbackLoop::new()?.fan_out(&at_most(1), &vec![refused; 2_000])?;
    assert!(outcomes.iter().all(|outcome| *outcome == Err(Failure::ConnectRefused)));
    Ok(())
}
