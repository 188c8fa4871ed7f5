//! The example runs, and holds what it says.

#[path = "../examples/queueing.rs"]
mod queueing;

#[test]
fn a_limit_shortens_what_each_request_waits() {
    queueing::main().expect("no error");
}
