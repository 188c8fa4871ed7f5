//! The bytes of a request: those that hyper's client sends, however few of them the system takes at once; and requests
//! that are refused before anything is sent.

mod support;

use std::collections::BTreeSet;

use downstream_call::{Call, Exchange, Failure, Run};
use proptest::prelude::{Strategy, any, prop_assert_eq, prop_oneof};
use proptest::test_runner::TestRunner;
use rstest::rstest;
use support::delivery::call;
use support::responses::config;

/// All bytes that an exchange sends if the system takes up to `take_bytes` of the `scratch_bytes` it is offered.
fn sends(call: &Call, scratch_bytes: usize, take_bytes: usize) -> Vec<u8> {
    let run = Run::default();
    let mut exchange = Exchange::new(&run, 0, call).expect("sendable");
    let mut scratch = vec![0; scratch_bytes];
    let mut sent = Vec::new();
    while !exchange.is_sent() {
        let unsent = exchange.unsent(&mut scratch);
        let taken = unsent.len().min(take_bytes);
        sent.extend_from_slice(&unsent[..taken]);
        assert_eq!(exchange.sent(taken), exchange.is_sent());
    }
    assert_eq!(exchange.unsent(&mut scratch), b"");
    sent
}

#[test]
fn a_request_is_a_line_and_two_fields() {
    let request = "GET /get_resource HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: close\r\n\r\n";
    assert_eq!(sends(&call(), 4096, 4096), request.as_bytes());
}

#[rstest]
#[case::short("/")]
#[case::with_a_query("/echo/7?latency_ms=10&x=a/b?c")]
#[case::with_two_slashes("//echo//7")]
#[case::with_everything_a_path_may_hold("/!$%20&'()*+,-./09:;=@AZ[\\]^_az{|}~?!")]
#[case::beyond_ascii("/h\u{e9}/\u{1f980}")]
fn the_bytes_are_those_hyper_sends(#[case] path: &str) {
    let call = call().with_path(path);
    assert_eq!(sends(&call, 4096, 4096), oracle::sends(&call.host, &call.path));
}

#[test]
fn the_longest_path_is_sent_and_a_longer_one_is_refused() {
    let path = |bytes: usize| call().with_path(&format!("/{}", "a".repeat(bytes - 1)));
    assert_eq!(sends(&path(65_534), 1000, 999), oracle::sends(&call().host, &path(65_534).path));
    assert_eq!(oracle::sends(&call().host, &path(65_535).path), b"");
    let run = Run::default();
    let refused = Exchange::new(&run, 0, &path(65_535)).expect_err("too long");
    assert_eq!(refused, Failure::Unsendable("the path is longer than 65534 bytes"));
}

#[test]
fn whatever_path_is_not_refused_hyper_sends_alike() {
    let byte = prop_oneof![8 => (b' '..=b'~').prop_map(char::from), 1 => any::<char>()];
    let path = proptest::collection::vec(byte, 0..12);
    let ended = TestRunner::new(config(1_000)).run(&path, |path| {
        let call = call().with_path(&format!("/{}", path.iter().collect::<String>()));
        if call.check().is_ok() {
            prop_assert_eq!(
                sends(&call, 4096, 4096).escape_ascii().to_string(),
                oracle::sends(&call.host, &call.path).escape_ascii().to_string()
            );
        }
        Ok(())
    });
    ended.unwrap_or_else(|difference| panic!("{difference}"));
}

#[test]
fn the_bytes_are_the_same_however_few_are_taken_at_once() {
    let (call, mut seen) = (call(), BTreeSet::new());
    let length = sends(&call, 4096, 4096).len();
    for scratch_bytes in 1..=length + 1 {
        for take_bytes in [1, 2, 7, scratch_bytes] {
            seen.insert(sends(&call, scratch_bytes, take_bytes));
        }
    }
    assert_eq!(seen.len(), 1);
}

#[test]
fn bytes_the_system_did_not_take_are_shown_again() {
    let (run, call) = (Run::default(), call());
    let mut exchange = Exchange::new(&run, 0, &call).expect("sendable");
    let mut scratch = [0; 8];
    assert_eq!(exchange.unsent(&mut scratch), b"GET /get");
    assert_eq!(exchange.unsent(&mut scratch), b"GET /get");
    assert!(!exchange.sent(0));
    assert!(!exchange.sent(4));
    assert_eq!(exchange.unsent(&mut scratch), b"/get_res");
    assert_eq!(exchange.unsent(&mut []), b"");
}

#[rstest]
#[case::a_second_line("/a\r\nX-Smuggled: 1")]
#[case::a_return("/a\rb")]
#[case::a_line_feed("/a\nb")]
#[case::a_nul("/a\0b")]
#[case::a_tab("/a\tb")]
#[case::a_space("/a b")]
#[case::a_delete("/a\u{7f}b")]
#[case::a_fragment("/a#b")]
#[case::an_angle_bracket("/a<b")]
#[case::the_other_angle_bracket("/a>b")]
#[case::a_backtick("/a`b")]
#[case::a_quote("/a\"b")]
#[case::no_slash("a")]
#[case::a_whole_url("http://127.0.0.1/a")]
#[case::a_query_alone("?a")]
#[case::nothing("")]
fn a_path_that_would_not_be_one_request_is_refused_before_anything_is_sent(#[case] path: &str) {
    let (run, call) = (Run::default(), call().with_path(path));
    assert!(matches!(Exchange::new(&run, 0, &call), Err(Failure::Unsendable(_))));
}

#[rstest]
#[case::a_second_line("localhost\r\nX-Smuggled: 1")]
#[case::a_line_feed("localhost\n")]
#[case::a_nul("local\0host")]
#[case::a_space("local host")]
fn a_host_that_would_not_be_one_request_is_refused_before_anything_is_sent(#[case] host: &str) {
    let (run, call) = (Run::default(), Call { host: host.into(), ..call() });
    assert!(matches!(Exchange::new(&run, 0, &call), Err(Failure::Unsendable(_))));
}
