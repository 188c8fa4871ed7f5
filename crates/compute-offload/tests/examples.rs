//! The example checks what it shows; this test runs it.

#[path = "../examples/queueing.rs"]
mod queueing;

#[test]
fn a_limit_shortens_what_each_request_waits() {
    queueing::main().expect("no error");
}
