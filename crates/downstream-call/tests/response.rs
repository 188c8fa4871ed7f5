//! A response as it arrives: whole, in part, cut anywhere, with bytes after it. `hyper_agrees.rs` tests the meaning of
//! its bytes.

mod support;

use downstream_call::{Exchange, Failure, Reply, Run};
use oracle::{Delivery, End};
use proptest::prelude::{any, prop_assert};
use proptest::test_runner::TestRunner;
use rstest::rstest;
use support::delivery::{call, outcome_of};
use support::responses::{config, places, response};

const LENGTH: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nHello World!";
const CHUNKED: &[u8] =
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nHello\r\n007\r\n World!\r\n0\r\nA: b\r\n\r\n";
const INTERIM: &[u8] =
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nHello World!";
const BARE_LINE_FEEDS: &[u8] = b"\nHTTP/1.1 200 OK\nContent-Length: 12\n\nHello World!";
const UNTIL_CLOSE: &[u8] = b"HTTP/1.0 200 OK\r\n\r\nHello World!";
const EMPTY: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";

fn hello() -> Reply {
    Reply { status: 200, body: b"Hello World!".to_vec(), worked: None }
}

#[rstest]
#[case::of_a_length(LENGTH, hello())]
#[case::chunked(CHUNKED, hello())]
#[case::after_interim_ones(INTERIM, hello())]
#[case::with_bare_line_feeds(BARE_LINE_FEEDS, hello())]
#[case::without_a_body(EMPTY, Reply { status: 204, ..Reply::default() })]
fn a_response_is_whole_with_its_last_byte_and_incomplete_before(
    #[case] response: &[u8],
    #[case] reply: Reply,
) {
    for length in 0..response.len() {
        let part = Delivery::whole(&response[..length], End::Close);
        assert_eq!(outcome_of(&part), Err(Failure::Incomplete), "{part:?}");
    }
    for piece_bytes in 1..=response.len() {
        let open = Delivery::sized(response, piece_bytes, End::Silence);
        assert_eq!(outcome_of(&open), Ok(reply.clone()), "{open:?}");
    }
    for place in 0..response.len() {
        let junk_behind = [response, b"HTTP/1.1 500 No\r\n\r\n\0"].concat();
        let cut = Delivery::cut(&junk_behind, vec![place], End::Reset);
        assert_eq!(outcome_of(&cut), Ok(reply.clone()), "{cut:?}");
    }
}

#[test]
fn a_body_without_a_length_ends_with_the_connection() {
    let head = UNTIL_CLOSE.len() - 12;
    for length in 0..UNTIL_CLOSE.len() {
        let expected =
            if length < head { Err(Failure::Incomplete) } else { Ok(UNTIL_CLOSE[head..length].to_vec()) };
        let part = Delivery::sized(&UNTIL_CLOSE[..length], 3, End::Close);
        assert_eq!(outcome_of(&part).map(|reply| reply.body), expected, "{part:?}");
    }
}

#[rstest]
#[case::reset(End::Reset, Failure::Reset)]
#[case::silent(End::Silence, Failure::TimedOut)]
fn a_body_without_a_length_has_no_other_end(#[case] end: End, #[case] failure: Failure) {
    assert_eq!(outcome_of(&Delivery::whole(UNTIL_CLOSE, end)), Err(failure));
}

#[rstest]
#[case(b"", Failure::Incomplete)]
#[case(b"SSH-2.0-OpenSSH\r\n", Failure::Malformed("version".into()))]
#[case(b"HTTP/1.1 2x0 OK\r\n\r\n", Failure::Malformed("status line".into()))]
#[case(b"HTTP/1.1 099 OK\r\n\r\n", Failure::Malformed("status code".into()))]
#[case(b"HTTP/1.1 200 OK\r\nA B: c\r\n\r\n", Failure::Malformed("field name".into()))]
#[case(b"HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", Failure::Malformed("field value".into()))]
#[case(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", Failure::Malformed("content-length".into()))]
#[case(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx", Failure::Malformed("chunk size".into()))]
#[case(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc", Failure::Malformed("chunk end".into()))]
fn a_failure_says_what_was_wrong(#[case] response: &[u8], #[case] failure: Failure) {
    assert_eq!(outcome_of(&Delivery::whole(response, End::Close)), Err(failure));
}

#[test]
fn any_cut_of_any_response_ends_as_the_whole_does() {
    let response_and_cuts = (response(), proptest::collection::vec(any::<proptest::sample::Index>(), 0..6));
    let ended = TestRunner::new(config(3_000)).run(&response_and_cuts, |(response, cuts)| {
        for end in [End::Close, End::Reset, End::Silence] {
            let whole = outcome_of(&Delivery::whole(&response, end));
            let cut = Delivery::cut(&response, places(&cuts, &response), end);
            let single = Delivery::sized(&response, 1, end);
            for delivery in [cut, single] {
                let ours = outcome_of(&delivery);
                prop_assert!(
                    ours.as_ref().ok() == whole.as_ref().ok(),
                    "{ours:?}\nwhole: {whole:?}\n{delivery:?}"
                );
            }
        }
        Ok(())
    });
    ended.unwrap_or_else(|difference| panic!("{difference}"));
}

#[test]
fn no_bytes_make_an_exchange_panic_not_even_after_its_end() {
    let pieces = proptest::collection::vec(response(), 0..5);
    let ended = TestRunner::new(config(1_000)).run(&pieces, |pieces| {
        let (run, call) = (Run::default(), call());
        let mut exchange = Exchange::new(&run, 0, &call).expect("sendable");
        for piece in &pieces {
            exchange.received(piece);
        }
        let _ = (exchange.closed(), exchange.received(b"HTTP"));
        Ok(())
    });
    ended.unwrap_or_else(|panicked| panic!("{panicked}"));
}
