//! On any bytes a server can send, an `Exchange` ends as hyper's client ends: a reply with the same status and body, or a
//! failure. The one difference stands here by name.

mod support;

use std::cell::Cell;
use std::fs;

use proptest::prelude::prop_assert;
use proptest::test_runner::TestRunner;
use rstest::rstest;
use support::delivery::{Delivery, End, alike};
use support::oracle::{hyper_ends, hyper_ends_unasked};
use support::responses;

#[test]
fn thousands_of_generated_and_mutated_responses_end_alike() {
    let config = responses::config(6_000);
    let (seed, cases) = (config.rng_seed, config.cases);
    let replies = Cell::new(0);
    let ended = TestRunner::new(config).run(&responses::delivery(), |delivery| {
        let (ours, theirs) = (delivery.exchange_ends(), hyper_ends(&delivery));
        replies.set(replies.get() + u32::from(ours.is_ok()));
        prop_assert!(alike(&ours, &theirs), "Exchange: {ours:?}\nhyper: {theirs:?}");
        Ok(())
    });
    ended.unwrap_or_else(|difference| panic!("PROPTEST_RNG_SEED={seed}: {difference}"));
    // Whoever fails always, or never, has nothing to disagree about.
    assert!((cases / 5..cases / 5 * 4).contains(&replies.get()), "{} of {cases} are replies", replies.get());
}

#[test]
fn every_input_the_fuzzer_starts_from_ends_alike() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/exchange");
    for file in fs::read_dir(corpus).expect("the corpus is committed") {
        let path = file.expect("readable").path();
        let delivery = Delivery::decode(&fs::read(&path).expect("readable")).expect("two bytes or more");
        let (ours, theirs) = (delivery.exchange_ends(), hyper_ends(&delivery));
        assert!(
            alike(&ours, &theirs),
            "{}\nExchange: {ours:?}\nhyper: {theirs:?}\n{delivery:?}",
            path.display()
        );
    }
}

/// The one difference, and it is not in the bytes but in when they come. hyper reads once before it writes, since its
/// connection could have been idle, and takes bytes it finds there for a breach of protocol. An `Exchange` cannot tell:
/// its models send first. So `async-await` lets hyper see nothing before the request is sent, as the oracle's peer does.
#[test]
fn a_peer_that_answers_before_it_is_asked_is_refused_by_hyper_alone() {
    let delivery = Delivery::whole(b"HTTP/1.1 204 No Content\r\n\r\n", End::Close);
    assert!(hyper_ends_unasked(&delivery).is_err());
    assert_eq!(hyper_ends(&delivery), Ok((204, Vec::new())));
    assert_eq!(delivery.exchange_ends(), Ok((204, Vec::new())));
}

/// However it is cut, `response` ends as `expected` once the peer closes, and for hyper as well.
fn ends(response: &[u8], expected: Option<(u16, &str)>) {
    for delivery in cuts(response) {
        let (ours, theirs) = (delivery.exchange_ends(), hyper_ends(&delivery));
        let reply = ours.as_ref().ok().map(|(status, body)| (*status, body.as_slice()));
        assert_eq!(reply, expected.map(|(status, body)| (status, body.as_bytes())), "{ours:?}\n{delivery:?}");
        assert!(alike(&ours, &theirs), "Exchange: {ours:?}\nhyper: {theirs:?}\n{delivery:?}");
    }
}

/// Byte by byte, and in two pieces cut anywhere: the first of these is the whole.
fn cuts(response: &[u8]) -> impl Iterator<Item = Delivery> {
    let two = (0..response.len()).map(|place| Delivery::cut(response, vec![place], End::Close));
    two.chain([Delivery::sized(response, 1, End::Close)])
}

#[rstest]
#[case::no_reason_phrase(b"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\n7", Some(200))]
#[case::an_empty_reason_phrase(b"HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\n7", Some(200))]
#[case::a_reason_phrase_in_latin_1(b"HTTP/1.1 200 Tr\xe8s bien\r\nContent-Length: 1\r\n\r\n7", Some(200))]
#[case::a_control_byte_in_the_reason(b"HTTP/1.1 200 O\0K\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::http_1_0(b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n7", Some(200))]
#[case::http_1_2(b"HTTP/1.2 200 OK\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::http_2_0(b"HTTP/2.0 200 OK\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::http_0_9(b"7", None)]
#[case::a_lower_case_version(b"http/1.1 200 OK\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::two_spaces_before_the_code(b"HTTP/1.1  200 OK\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::a_tab_before_the_code(b"HTTP/1.1\t200 OK\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::a_code_of_two_digits(b"HTTP/1.1 20 OK\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::a_code_of_four_digits(b"HTTP/1.1 2000 OK\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::a_code_below_100(b"HTTP/1.1 099 Low\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::the_highest_code(b"HTTP/1.1 999 High\r\nContent-Length: 1\r\n\r\n7", Some(999))]
#[case::a_signed_code(b"HTTP/1.1 +20 OK\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::blank_lines_before_the_head(b"\r\n\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n7", Some(200))]
#[case::a_blank_before_the_head(b" HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::a_return_before_the_head(b"\rHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::bare_line_feeds(b"HTTP/1.1 200 OK\nContent-Length: 1\n\n7", Some(200))]
#[case::an_empty_line_of_the_other_kind(b"HTTP/1.1 200 OK\nContent-Length: 1\n\r\n7", Some(200))]
#[case::a_bare_return(b"HTTP/1.1 200 OK\r\nA: b\rContent-Length: 1\r\n\r\n7", None)]
#[case::two_returns(b"HTTP/1.1 200 OK\r\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::a_field_over_two_lines(b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::a_blank_before_the_first_field(b"HTTP/1.1 200 OK\r\n A: b\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::a_blank_before_the_colon(b"HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\n7", None)]
#[case::a_field_without_a_colon(b"HTTP/1.1 200 OK\r\nA\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::a_field_without_a_name(b"HTTP/1.1 200 OK\r\n: b\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::a_field_without_a_value(b"HTTP/1.1 200 OK\r\nA:\r\nContent-Length: 1\r\n\r\n7", Some(200))]
#[case::a_nul_in_a_name(b"HTTP/1.1 200 OK\r\nA\0: b\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::a_nul_in_a_value(b"HTTP/1.1 200 OK\r\nA: b\0\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::a_delete_in_a_value(b"HTTP/1.1 200 OK\r\nA: b\x7f\r\nContent-Length: 1\r\n\r\n7", None)]
#[case::latin_1_in_a_value(b"HTTP/1.1 200 OK\r\nA: \xe9\r\nContent-Length: 1\r\n\r\n7", Some(200))]
#[case::all_marks_a_name_may_have(
    b"HTTP/1.1 200 OK\r\n!#$%&'*+-.^_`|~9z: b\r\nContent-Length: 1\r\n\r\n7",
    Some(200)
)]
fn a_head_is_read_as_hyper_reads_it(#[case] response: &[u8], #[case] status: Option<u16>) {
    ends(response, status.map(|status| (status, "7")));
}

#[rstest]
#[case::plain(b"Content-Length: 1", Some("7"))]
#[case::no_blank(b"content-length:1", Some("7"))]
#[case::blanks_around(b"CONTENT-LENGTH: \t1\t ", Some("7"))]
#[case::leading_zeros(b"Content-Length: 0000000000000000000000001", Some("7"))]
#[case::none(b"Content-Length:", None)]
#[case::negative(b"Content-Length: -1", None)]
#[case::signed(b"Content-Length: +1", None)]
#[case::hexadecimal(b"Content-Length: 0x1", None)]
#[case::a_fraction(b"Content-Length: 1.0", None)]
#[case::a_blank_inside(b"Content-Length: 0 1", None)]
#[case::overflowing(b"Content-Length: 18446744073709551617", None)]
#[case::in_latin_1(b"Content-Length: 1\xa0", None)]
#[case::doubled_equal(b"Content-Length: 1\r\nContent-Length: 1", Some("7"))]
#[case::doubled_equal_but_for_zeros(b"Content-Length: 1\r\nContent-Length: 01", Some("7"))]
#[case::doubled_different(b"Content-Length: 1\r\nContent-Length: 2", None)]
#[case::doubled_and_one_is_none(b"Content-Length: 1\r\nContent-Length:", None)]
#[case::a_list_of_equals(b"Content-Length: 1, 1 ,1", Some("7"))]
#[case::a_list_of_different_ones(b"Content-Length: 1, 2", None)]
#[case::a_list_with_nothing_in_it(b"Content-Length: ,", None)]
#[case::a_list_that_ends_with_a_comma(b"Content-Length: 1,", None)]
#[case::more_than_arrives(b"Content-Length: 100", None)]
#[case::less_than_arrives(b"Content-Length: 0", Some(""))]
#[case::overruled_by_an_unknown_coding(b"Content-Length: 1\r\nTransfer-Encoding: gzip", Some("7 and more"))]
#[case::overruled_even_when_it_is_wrong(b"Content-Length: x\r\nTransfer-Encoding: gzip", Some("7 and more"))]
#[case::a_coding_in_latin_1(b"Transfer-Encoding: \xe9, chunked", Some("7 and more"))]
#[case::a_coding_without_a_name(b"Transfer-Encoding:", Some("7 and more"))]
#[case::chunked_but_not_last(b"Transfer-Encoding: chunked, gzip", Some("7 and more"))]
#[case::chunked_but_not_in_the_last_field(
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip",
    Some("7 and more")
)]
#[case::chunked_and_a_comma(b"Transfer-Encoding: chunked,", Some("7 and more"))]
#[case::chunked_with_a_parameter(b"Transfer-Encoding: chunked;q=1", Some("7 and more"))]
#[case::nothing(b"A: b", Some("7 and more"))]
fn a_body_is_as_long_as_hyper_thinks(#[case] fields: &[u8], #[case] body: Option<&str>) {
    let response = [b"HTTP/1.1 200 OK\r\n", fields, b"\r\n\r\n7 and more"].concat();
    ends(&response, body.map(|body| (200, body)));
}

#[rstest]
#[case::one(b"1\r\n7\r\n0\r\n\r\n", Some("7"))]
#[case::none(b"0\r\n\r\n", Some(""))]
#[case::two(b"1\r\n7\r\n2\r\n89\r\n0\r\n\r\n", Some("789"))]
#[case::junk_behind(b"1\r\n7\r\n0\r\n\r\nHTTP/1.1 500 No\r\n\r\n", Some("7"))]
#[case::lower_case(b"a\r\n0123456789\r\n0\r\n\r\n", Some("0123456789"))]
#[case::upper_case(b"A\r\n0123456789\r\n0\r\n\r\n", Some("0123456789"))]
#[case::leading_zeros(b"0000000000000000000000001\r\n7\r\n000\r\n\r\n", Some("7"))]
#[case::blanks_after_the_size(b"1 \t \r\n7\r\n0 \r\n\r\n", Some("7"))]
#[case::extensions(b"1;a=b;c=\"d\"\r\n7\r\n0 ;\xff\0\r\n\r\n", Some("7"))]
#[case::trailers(b"1\r\n7\r\n0\r\nA: b\r\nC:\r\n\r\n", Some("7"))]
#[case::data_that_looks_like_the_end(b"5\r\n0\r\n\r\n\r\n0\r\n\r\n", Some("0\r\n\r\n"))]
#[case::an_empty_size(b"\r\n7\r\n0\r\n\r\n", None)]
#[case::an_extension_without_a_size(b";a\r\n7\r\n0\r\n\r\n", None)]
#[case::a_blank_before_the_size(b" 1\r\n7\r\n0\r\n\r\n", None)]
#[case::a_blank_inside_the_size(b"0 1\r\n7\r\n0\r\n\r\n", None)]
#[case::a_signed_size(b"+1\r\n7\r\n0\r\n\r\n", None)]
#[case::a_negative_size(b"-1\r\n7\r\n0\r\n\r\n", None)]
#[case::a_prefix_before_the_size(b"0x1\r\n7\r\n0\r\n\r\n", None)]
#[case::not_a_digit(b"g\r\n7\r\n0\r\n\r\n", None)]
#[case::a_size_of_17_digits(b"10000000000000000\r\n7\r\n0\r\n\r\n", None)]
#[case::a_size_that_overflows_to_1(b"10000000000000001\r\n7\r\n0\r\n\r\n", None)]
#[case::the_largest_size(b"FFFFFFFFFFFFFFFF\r\n7\r\n0\r\n\r\n", None)]
#[case::a_bare_line_feed_after_the_size(b"1\n7\r\n0\r\n\r\n", None)]
#[case::a_bare_return_after_the_size(b"1\r7\r\n0\r\n\r\n", None)]
#[case::a_line_feed_in_an_extension(b"1;a\n7\r\n0\r\n\r\n", None)]
#[case::a_line_feed_inside_an_extension(b"1;a\nb\r\n7\r\n0\r\n\r\n", None)]
#[case::a_return_in_an_extension(b"1;a\rb\r\n7\r\n0\r\n\r\n", None)]
#[case::no_line_end_after_the_data(b"1\r\n70\r\n\r\n", None)]
#[case::a_bare_line_feed_after_the_data(b"1\r\n7\n0\r\n\r\n", None)]
#[case::a_bare_return_after_the_data(b"1\r\n7\r0\r\n\r\n", None)]
#[case::less_data_than_its_size(b"2\r\n7\r\n0\r\n\r\n", None)]
#[case::no_last_chunk(b"1\r\n7\r\n", None)]
#[case::no_empty_line_at_the_end(b"1\r\n7\r\n0\r\n", None)]
#[case::half_an_empty_line_at_the_end(b"1\r\n7\r\n0\r\n\r", None)]
#[case::a_bare_line_feed_at_the_end(b"1\r\n7\r\n0\r\n\n", None)]
#[case::a_return_and_more_at_the_end(b"1\r\n7\r\n0\r\n\rx\n\r\n", None)]
#[case::a_trailer_without_a_colon(b"1\r\n7\r\n0\r\nA\r\n\r\n", None)]
#[case::a_trailer_without_a_name(b"1\r\n7\r\n0\r\n: b\r\n\r\n", None)]
#[case::a_trailer_with_a_nul(b"1\r\n7\r\n0\r\nA: \0\r\n\r\n", None)]
#[case::a_trailer_over_two_lines(b"1\r\n7\r\n0\r\nA: b\r\n c\r\n\r\n", None)]
#[case::trailers_with_a_bare_line_feed(b"1\r\n7\r\n0\r\nA: b\nC: d\r\n\r\n", None)]
#[case::a_blank_line_of_the_other_kind_in_trailers(b"1\r\n7\r\n0\r\nA: b\n\nC: d\r\n\r\n", Some("7"))]
#[case::a_trailer_that_is_a_line_feed(b"1\r\n7\r\n0\r\n\n\r\n\r\n", Some("7"))]
fn chunks_are_read_as_hyper_reads_them(#[case] chunks: &[u8], #[case] body: Option<&str>) {
    let response = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunks].concat();
    ends(&response, body.map(|body| (200, body)));
}

#[rstest]
#[case::gzip_first(b"Transfer-Encoding: gzip, chunked")]
#[case::gzip_in_a_field_before(b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked")]
#[case::odd_case_and_blanks(b"tRANSFER-eNCODING:\t gzip ,\tCHUNKED \t")]
#[case::with_a_length(b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\nContent-Length: 5")]
#[case::with_two_lengths(b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\nContent-Length: 6")]
#[case::with_a_length_beyond_the_limit(b"Content-Length: 99999999999\r\nTransfer-Encoding: chunked")]
fn chunked_is_the_last_coding_and_overrules_lengths(#[case] fields: &[u8]) {
    let response = [b"HTTP/1.1 200 OK\r\n", fields, b"\r\n\r\n1\r\n7\r\n0\r\n\r\n"].concat();
    ends(&response, Some((200, "7")));
    let old = [b"HTTP/1.0 200 OK\r\n", fields, b"\r\n\r\n1\r\n7\r\n0\r\n\r\n"].concat();
    ends(&old, None);
}

#[rstest]
#[case::no_content(204, b"Content-Length: 5")]
#[case::no_content_in_chunks(204, b"Transfer-Encoding: chunked")]
#[case::not_modified(304, b"Content-Length: 99999999999")]
#[case::not_modified_and_a_wrong_length(304, b"Content-Length: x")]
#[case::switching_protocols_unasked(101, b"Upgrade: websocket\r\nConnection: upgrade")]
fn some_statuses_have_no_body_whatever_their_fields_say(#[case] status: u16, #[case] fields: &[u8]) {
    for version in ["1.0", "1.1"] {
        let start = format!("HTTP/{version} {status} Empty\r\n").into_bytes();
        ends(&[&start, fields, b"\r\n\r\nstray"].concat(), Some((status, "")));
    }
}

#[rstest]
#[case::one(b"HTTP/1.1 100 Continue\r\n\r\n", true)]
#[case::with_fields(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n", true)]
#[case::many(b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.0 199 Odd\n\nHTTP/1.1 100\r\n\r\n\r\n", true)]
#[case::with_a_length_and_a_coding(
    b"HTTP/1.1 100 A\r\nContent-Length: x\r\nTransfer-Encoding: chunked\r\n\r\n",
    true
)]
#[case::with_a_body(b"HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\nstray", false)]
#[case::malformed(b"HTTP/1.1 100 Continue\r\nNo Colon\r\n\r\n", false)]
fn interim_responses_are_read_over(#[case] interim: &[u8], #[case] well_formed: bool) {
    let response = [interim, b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n7"].concat();
    ends(&response, well_formed.then_some((200, "7")));
    ends(interim, None);
}
