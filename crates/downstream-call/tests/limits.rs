//! Every limit to the byte: an answer that reaches it is read, and one that exceeds it fails and names the limit. hyper
//! ends in the same way.

mod support;

use downstream_call::{Failure, MAX_BODY_BYTES, MAX_FIELDS, MAX_HEAD_BYTES, TooLarge};
use oracle::{Delivery, End, ends_with};
use rstest::rstest;
use support::delivery::{alike, outcome_of};

const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// A whole answer whose head has `count` fields.
fn fields(count: usize) -> Vec<u8> {
    let more = "a: b\r\n".repeat(count - 1);
    format!("HTTP/1.1 200 OK\r\n{more}Content-Length: 0\r\n\r\n").into_bytes()
}

/// A whole answer whose head has `bytes` bytes.
fn head(bytes: usize) -> Vec<u8> {
    let fixed = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\na: \r\n\r\n".len();
    format!("HTTP/1.1 200 OK\r\nContent-Length: 0\r\na: {}\r\n\r\n", "b".repeat(bytes - fixed)).into_bytes()
}

/// Blank lines before an answer are skipped, but they count for the limit.
fn blank_lines(bytes: usize) -> Vec<u8> {
    let head = "HTTP/1.1 204 No Content\r\n\r\n";
    format!("{}{head}", "\n".repeat(bytes - head.len())).into_bytes()
}

/// An interim response has a head of its own.
fn interim(bytes: usize) -> Vec<u8> {
    let head = "HTTP/1.1 103 Early Hints\r\na: \r\n\r\n";
    let value = "b".repeat(bytes - head.len());
    let answer = "HTTP/1.1 204 No Content\r\n\r\n";
    format!("HTTP/1.1 103 Early Hints\r\na: {value}\r\n\r\n{answer}").into_bytes()
}

fn interims(count: usize) -> Vec<u8> {
    [b"HTTP/1.1 100 Continue\r\n\r\n".repeat(count), b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()].concat()
}

fn body_of_length(bytes: usize) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\nContent-Length: {bytes}\r\n\r\n").as_bytes(), &vec![b'x'; bytes]].concat()
}

fn body_in_chunks(bytes: usize) -> Vec<u8> {
    let mut response = CHUNKED.to_vec();
    for chunk in vec![b'x'; bytes].chunks(1 << 20) {
        response.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        response.extend_from_slice(chunk);
        response.extend_from_slice(b"\r\n");
    }
    [response, b"0\r\n\r\n".to_vec()].concat()
}

fn body_until_close(bytes: usize) -> Vec<u8> {
    [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &vec![b'x'; bytes]].concat()
}

/// A body of two chunks whose extensions have `bytes` bytes together.
fn extensions(bytes: usize) -> Vec<u8> {
    let (one, other) = ("a".repeat(bytes / 2), "b".repeat(bytes - bytes / 2));
    [CHUNKED, format!("1;{one}\r\nx\r\n0;{other}\r\n\r\n").as_bytes()].concat()
}

fn trailers(count: usize) -> Vec<u8> {
    [CHUNKED, b"0\r\n", "a: b\r\n".repeat(count).as_bytes(), b"\r\n"].concat()
}

/// Trailers and the empty line behind them have `bytes` bytes.
fn trailer(bytes: usize) -> Vec<u8> {
    [CHUNKED, b"0\r\na: ", &vec![b'b'; bytes - "a: \r\n\r\n".len()], b"\r\n\r\n"].concat()
}

/// The class of hyper's failure.
fn class(delivery: &Delivery) -> Option<&'static str> {
    ends_with(delivery).err().map(|refusal| refusal.class)
}

#[rstest]
#[case::header_fields(fields, MAX_FIELDS, TooLarge::Fields)]
#[case::bytes_of_a_head(head, MAX_HEAD_BYTES, TooLarge::Head)]
#[case::blank_lines_before_a_head(blank_lines, MAX_HEAD_BYTES, TooLarge::Head)]
#[case::bytes_of_an_interim_head(interim, MAX_HEAD_BYTES, TooLarge::Head)]
#[case::a_body_of_a_length(body_of_length, MAX_BODY_BYTES, TooLarge::Body)]
#[case::a_body_in_chunks(body_in_chunks, MAX_BODY_BYTES, TooLarge::Body)]
#[case::a_body_until_close(body_until_close, MAX_BODY_BYTES, TooLarge::Body)]
#[case::bytes_of_chunk_extensions(extensions, 16 * 1024 - 1, TooLarge::Extensions)]
#[case::trailers(trailers, MAX_FIELDS, TooLarge::Fields)]
#[case::bytes_of_trailers(trailer, MAX_HEAD_BYTES - 1, TooLarge::Head)]
fn what_reaches_a_limit_is_read_and_what_goes_beyond_it_fails(
    #[case] response: fn(usize) -> Vec<u8>,
    #[case] limit: usize,
    #[case] beyond: TooLarge,
) {
    for piece_bytes in [usize::MAX, 64 * 1024, 1000] {
        let within = Delivery::sized(&response(limit), piece_bytes, End::Close);
        let ours = outcome_of(&within);
        assert!(ours.is_ok(), "{limit} in pieces of {piece_bytes}: {:?}", ours.err());
        assert!(alike(&ours, &ends_with(&within)), "hyper: {limit} in pieces of {piece_bytes}");

        let above = Delivery::sized(&response(limit + 1), piece_bytes, End::Close);
        assert_eq!(outcome_of(&above).err(), Some(Failure::TooLarge(beyond)), "pieces of {piece_bytes}");
        assert!(ends_with(&above).is_err(), "hyper: {} in pieces of {piece_bytes}", limit + 1);
    }
}

#[rstest]
#[case::a_head_that_does_not_end(b"", b"HTTP/1.1 200 OK\r\na: ", MAX_HEAD_BYTES, TooLarge::Head)]
#[case::trailers_that_do_not_end(CHUNKED, b"0\r\n", 3 + MAX_HEAD_BYTES, TooLarge::Head)]
#[case::extensions_that_do_not_end(CHUNKED, b"1;", 2 + 16 * 1024, TooLarge::Extensions)]
fn a_limit_ends_the_exchange_while_the_peer_still_sends(
    #[case] before: &[u8],
    #[case] start: &[u8],
    #[case] limit: usize,
    #[case] beyond: TooLarge,
) {
    let flood = [before, start, &vec![b'x'; limit - start.len()]].concat();
    for piece_bytes in [usize::MAX, 4096, 1] {
        let above = Delivery::sized(&flood, piece_bytes, End::Silence);
        assert_eq!(outcome_of(&above), Err(Failure::TooLarge(beyond)), "pieces of {piece_bytes}");
        assert_ne!(class(&above), Some("timed-out"), "hyper waits, pieces of {piece_bytes}");

        let within = Delivery::sized(&flood[..flood.len() - 1], piece_bytes, End::Silence);
        assert_eq!(outcome_of(&within), Err(Failure::TimedOut), "pieces of {piece_bytes}");
        assert_eq!(class(&within), Some("timed-out"), "hyper, pieces of {piece_bytes}");
    }
}

#[rstest]
#[case::just_beyond("16777217")]
#[case::beyond_what_hyper_counts("18446744073709551614")]
#[case::the_largest_number("18446744073709551615")]
fn a_length_beyond_the_limit_fails_before_any_body(#[case] length: &str) {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
    let delivery = Delivery::whole(head.as_bytes(), End::Silence);
    assert_eq!(outcome_of(&delivery), Err(Failure::TooLarge(TooLarge::Body)));
    assert_ne!(class(&delivery), Some("timed-out"));
}

#[test]
fn interim_responses_have_no_limit_but_the_deadline() {
    for piece_bytes in [usize::MAX, 1000, 7] {
        let delivery = Delivery::sized(&interims(2000), piece_bytes, End::Silence);
        assert_eq!(outcome_of(&delivery).map(|reply| reply.status), Ok(204));
        assert_eq!(ends_with(&delivery), Ok((204, Vec::new())));
    }
}
