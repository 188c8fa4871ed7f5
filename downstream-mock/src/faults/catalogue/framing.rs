//! What can go wrong with the length of an answer's body, and with what comes before and after it.

use super::{Expect, Fault, Group, INCOMPLETE, MALFORMED, OK, RESET, TIMED_OUT, TOO_LARGE, reply};
use crate::faults::Script;
use std::{borrow::Cow, time::Duration};

/// The largest body a client takes.
const BODY_BYTES_LIMIT: u64 = 16 * 1024 * 1024;

const STATUS_LINE: &[u8] = b"HTTP/1.1 200 OK\r\n";
const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

pub(super) fn faults() -> Vec<Fault> {
    [lengths(), chunks(), long_chunks(), bodies(), interim(), floods(), beyond_the_limit()].concat()
}

fn answer(name: &str, parts: &[&[u8]], expect: &Expect) -> Fault {
    Fault::answering(Group::Framing, name, parts.concat(), expect.clone())
}

/// Fields, and how a client must end with them and the body `ok` after them.
const LENGTHS: &[(&str, &[u8], Expect)] = &[
    ("length-short-by-one", b"Content-Length: 1", reply(200, b"o")),
    ("length-long-by-one", b"Content-Length: 3", INCOMPLETE),
    ("length-zero", b"Content-Length: 0", reply(200, b"")),
    ("length-negative", b"Content-Length: -2", MALFORMED),
    ("length-signed", b"Content-Length: +2", MALFORMED),
    ("length-with-leading-zeros", b"Content-Length: 002", OK),
    ("length-in-hex", b"Content-Length: 0x2", MALFORMED),
    ("length-with-fraction", b"Content-Length: 2.0", MALFORMED),
    ("length-empty", b"Content-Length:", MALFORMED),
    ("length-of-letters", b"Content-Length: two", MALFORMED),
    ("length-of-two-numbers", b"Content-Length: 2 2", MALFORMED),
    ("length-without-blank", b"content-length:2", OK),
    ("length-beyond-ascii", b"Content-Length: 2\xa0", MALFORMED),
    ("length-among-blanks", b"Content-Length: \t2\t ", OK),
    ("length-overflowing", b"Content-Length: 99999999999999999999", MALFORMED),
    ("length-of-2-to-the-64", b"Content-Length: 18446744073709551616", MALFORMED),
    ("length-of-2-to-the-64-less-1", b"Content-Length: 18446744073709551615", TOO_LARGE),
    ("length-doubled-equal", b"Content-Length: 2\r\nContent-Length: 2", OK),
    ("length-doubled-different", b"Content-Length: 2\r\nContent-Length: 1", MALFORMED),
    ("length-doubled-but-for-zeros", b"Content-Length: 2\r\nContent-Length: 002", OK),
    ("length-doubled-and-one-empty", b"Content-Length: 2\r\nContent-Length:", MALFORMED),
    ("length-listed-equal", b"Content-Length: 2, 2", OK),
    ("length-listed-different", b"Content-Length: 2, 1", MALFORMED),
    ("length-list-empty", b"Content-Length: ,", MALFORMED),
    ("length-list-with-comma-at-end", b"Content-Length: 2,", MALFORMED),
    ("length-with-unknown-coding", b"Content-Length: 1\r\nTransfer-Encoding: gzip", OK),
    ("bad-length-with-unknown-coding", b"Content-Length: x\r\nTransfer-Encoding: gzip", OK),
    ("coding-unknown", b"Transfer-Encoding: gzip", OK),
    ("coding-identity", b"Transfer-Encoding: identity", OK),
    ("coding-empty", b"Transfer-Encoding:", OK),
    ("coding-beyond-ascii", b"Transfer-Encoding: \xe9, chunked", OK),
    ("coding-chunked-not-last", b"Transfer-Encoding: chunked, gzip", OK),
    ("coding-chunked-not-in-last-field", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip", OK),
    ("coding-chunked-and-comma", b"Transfer-Encoding: chunked,", OK),
    ("coding-chunked-with-parameter", b"Transfer-Encoding: chunked;q=1", OK),
];

/// Fields, and how a client must end with them and a chunk `ok` after them.
const CODINGS: &[(&str, &[u8], Expect)] = &[
    ("chunked-in-upper-case", b"Transfer-Encoding: CHUNKED", OK),
    ("chunked-last", b"Transfer-Encoding: gzip, chunked", OK),
    ("chunked-among-odd-case-and-blanks", b"tRANSFER-eNCODING:\t gzip ,\tCHUNKED \t", OK),
    ("chunked-in-a-second-field", b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", OK),
    ("chunked-doubled", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", OK),
    ("length-before-chunked", b"Content-Length: 2\r\nTransfer-Encoding: chunked", OK),
    ("length-after-chunked", b"Transfer-Encoding: chunked\r\nContent-Length: 2", OK),
    (
        "two-lengths-around-chunked",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\nContent-Length: 6",
        OK,
    ),
    (
        "length-beyond-the-limit-with-chunked",
        b"Content-Length: 99999999999\r\nTransfer-Encoding: chunked",
        OK,
    ),
    ("bad-length-with-chunked", b"Transfer-Encoding: chunked\r\nContent-Length: -2", OK),
];

fn lengths() -> Vec<Fault> {
    let whole = |(name, fields, expect): &(&str, &[u8], Expect), body: &[u8]| {
        answer(name, &[STATUS_LINE, fields, b"\r\n\r\n", body], expect)
    };
    let lengths = LENGTHS.iter().map(|row| whole(row, b"ok"));
    lengths.chain(CODINGS.iter().map(|row| whole(row, b"2\r\nok\r\n0\r\n\r\n"))).collect()
}

const CHUNKS: &[(&str, &[u8], Expect)] = &[
    ("chunks-none", b"0\r\n\r\n", reply(200, b"")),
    ("chunks-of-odd-sizes", b"1\r\na\r\n3\r\nbcd\r\n7\r\nefghijk\r\n0\r\n\r\n", reply(200, b"abcdefghijk")),
    ("chunk-size-in-lower-case", b"a\r\n0123456789\r\n0\r\n\r\n", reply(200, b"0123456789")),
    ("chunk-size-in-upper-case", b"A\r\n0123456789\r\n0\r\n\r\n", reply(200, b"0123456789")),
    ("chunk-size-with-leading-zeros", b"0002\r\nok\r\n0\r\n\r\n", OK),
    ("chunk-size-of-16-digits", b"0000000000000002\r\nok\r\n0\r\n\r\n", OK),
    ("chunk-size-of-17-digits", b"00000000000000002\r\nok\r\n0\r\n\r\n", OK),
    ("chunk-size-overflowing", b"10000000000000002\r\nok\r\n0\r\n\r\n", MALFORMED),
    ("chunk-size-absurdly-large", b"ffffffffffffffff\r\nok\r\n0\r\n\r\n", INCOMPLETE),
    ("chunk-size-large", b"fffffff\r\nok\r\n0\r\n\r\n", INCOMPLETE),
    ("chunk-size-empty", b"\r\nok\r\n0\r\n\r\n", MALFORMED),
    ("chunk-size-signed", b"+2\r\nok\r\n0\r\n\r\n", MALFORMED),
    ("chunk-size-negative", b"-2\r\nok\r\n0\r\n\r\n", MALFORMED),
    ("chunk-size-with-prefix", b"0x2\r\nok\r\n0\r\n\r\n", MALFORMED),
    ("chunk-size-of-another-letter", b"g\r\nok\r\n0\r\n\r\n", MALFORMED),
    ("chunk-size-after-space", b" 2\r\nok\r\n0\r\n\r\n", MALFORMED),
    ("chunk-size-before-space", b"2 \r\nok\r\n0\r\n\r\n", OK),
    ("chunk-size-before-tab", b"2\t\r\nok\r\n0\r\n\r\n", OK),
    ("chunk-size-before-blanks", b"2 \t \r\nok\r\n0 \r\n\r\n", OK),
    ("chunk-size-in-two-parts", b"1 1\r\nok\r\n0\r\n\r\n", MALFORMED),
    ("chunk-size-with-bare-lf", b"2\nok\r\n0\r\n\r\n", MALFORMED),
    ("chunk-size-with-bare-cr", b"2\rok\r\n0\r\n\r\n", MALFORMED),
    ("chunk-extension", b"2;name=value\r\nok\r\n0;last\r\n\r\n", OK),
    ("chunk-extension-empty", b"2;\r\nok\r\n0\r\n\r\n", OK),
    ("chunk-extension-quoted", b"2;name=\"a;b\"\r\nok\r\n0\r\n\r\n", OK),
    ("chunk-extension-of-any-bytes", b"2\r\nok\r\n0 ;\xff\0\r\n\r\n", OK),
    ("chunk-extension-without-size", b";a\r\nok\r\n0\r\n\r\n", MALFORMED),
    ("chunk-extension-over-two-lines", b"2;a\nb\r\nok\r\n0\r\n\r\n", MALFORMED),
    ("chunk-extension-with-bare-lf", b"2;name\nok\r\n0\r\n\r\n", MALFORMED),
    ("chunk-extension-with-bare-cr", b"2;a\rb\r\nok\r\n0\r\n\r\n", MALFORMED),
    ("chunk-data-without-crlf", b"2\r\nok0\r\n\r\n", MALFORMED),
    ("chunk-data-with-bare-lf", b"2\r\nok\n0\r\n\r\n", MALFORMED),
    ("chunk-data-with-bare-cr", b"2\r\nok\r0\r\n\r\n", MALFORMED),
    ("chunk-data-like-the-end", b"5\r\n0\r\n\r\n\r\n0\r\n\r\n", reply(200, b"0\r\n\r\n")),
    ("chunk-data-short-by-one", b"3\r\nok\r\n0\r\n\r\n", MALFORMED),
    ("chunk-data-long-by-one", b"1\r\nok\r\n0\r\n\r\n", MALFORMED),
    ("chunk-cut-in-data", b"2\r\no", INCOMPLETE),
    ("chunk-cut-in-size", b"2", INCOMPLETE),
    ("last-chunk-missing", b"2\r\nok\r\n", INCOMPLETE),
    ("last-chunk-cut", b"2\r\nok\r\n0\r\n", INCOMPLETE),
    ("last-chunk-cut-in-blank-line", b"2\r\nok\r\n0\r\n\r", INCOMPLETE),
    ("last-chunk-with-bare-cr", b"2\r\nok\r\n0\r\n\rx\n\r\n", MALFORMED),
    ("last-chunk-of-many-zeros", b"2\r\nok\r\n0000\r\n\r\n", OK),
    ("last-chunk-with-bare-lf", b"2\r\nok\r\n0\r\n\n", INCOMPLETE),
    ("extra-bytes-after-last-chunk", b"2\r\nok\r\n0\r\n\r\nextra", OK),
    ("trailers", b"2\r\nok\r\n0\r\nX: 1\r\nY: 2\r\n\r\n", OK),
    ("trailer-cut", b"2\r\nok\r\n0\r\nX: 1\r\n", INCOMPLETE),
    ("trailer-without-colon", b"2\r\nok\r\n0\r\nX\r\n\r\n", MALFORMED),
    ("trailer-without-value", b"2\r\nok\r\n0\r\nX:\r\n\r\n", OK),
    ("trailer-without-name", b"2\r\nok\r\n0\r\n: b\r\n\r\n", MALFORMED),
    ("trailer-with-nul", b"2\r\nok\r\n0\r\nX: \0\r\n\r\n", MALFORMED),
    ("trailer-over-two-lines", b"2\r\nok\r\n0\r\nX: a\r\n b\r\n\r\n", MALFORMED),
    ("trailer-of-a-bare-lf", b"2\r\nok\r\n0\r\n\n\r\n\r\n", OK),
    // There is one line that ends with CRLF, so hyper makes room for one trailer; but there are two.
    (
        "trailers-with-bare-lf",
        b"2\r\nok\r\n0\r\nX: 1\nY: 2\r\n\r\n",
        Expect::Failure(&["malformed", "too-large"]),
    ),
    ("trailers-with-bare-lfs-between", b"2\r\nok\r\n0\r\nX: 1\n\nY: 2\r\n\r\n", OK),
    ("trailer-with-bare-lf", b"2\r\nok\r\n0\r\nX: 1\n\r\n", INCOMPLETE),
    ("trailer-with-length", b"2\r\nok\r\n0\r\nContent-Length: 9\r\n\r\n", OK),
];

fn chunks() -> Vec<Fault> {
    CHUNKS.iter().map(|(name, body, expect)| answer(name, &[CHUNKED, body], expect)).collect()
}

fn long_chunks() -> Vec<Fault> {
    let end = b"\r\nok\r\n0\r\n\r\n".as_slice();
    let extension = vec![b'x'; 20 * 1024];
    let trailers = |count: usize| "X: 1\r\n".repeat(count).into_bytes();
    let trailer = vec![b'x'; 200 * 1024];
    let last = b"2\r\nok\r\n0\r\n".as_slice();
    vec![
        answer("chunk-extension-of-20-kib", &[CHUNKED, b"2;", &extension, end], &TOO_LARGE),
        answer("101-trailers", &[CHUNKED, last, &trailers(101), b"\r\n"], &TOO_LARGE),
        answer("trailer-of-200-kib", &[CHUNKED, last, b"X: ", &trailer, b"\r\n\r\n"], &TOO_LARGE),
        answer("many-small-chunks", &[CHUNKED, &b"1\r\nx\r\n".repeat(5_000), b"0\r\n\r\n"], &letters(5_000)),
    ]
}

fn letters(count: u64) -> Expect {
    Expect::Reply { status: 200, body: Cow::Owned(vec![b'x'; count as usize]) }
}

const BODIES: &[(&str, &[u8], Expect)] = &[
    ("close-delimited", b"HTTP/1.1 200 OK\r\n\r\nok", OK),
    ("body-without-head", b"ok", MALFORMED),
    ("close-delimited-and-empty", b"HTTP/1.1 200 OK\r\n\r\n", reply(200, b"")),
    ("close-delimited-by-http-1-0", b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nok", OK),
    (
        "chunked-by-http-1-0",
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        MALFORMED,
    ),
    (
        "chunked-last-by-http-1-0",
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        MALFORMED,
    ),
    ("extra-bytes-after-body", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more", OK),
    (
        "second-answer-after-body",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
        OK,
    ),
    ("204-with-stray-bytes", b"HTTP/1.1 204 No Content\r\n\r\nstray", reply(204, b"")),
    ("204-with-length", b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nstray", reply(204, b"")),
    (
        "204-chunked",
        b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        reply(204, b""),
    ),
    ("205-with-length", b"HTTP/1.1 205 Reset Content\r\nContent-Length: 2\r\n\r\nok", reply(205, b"ok")),
    ("204-by-http-1-0", b"HTTP/1.0 204 No Content\r\nContent-Length: 5\r\n\r\nstray", reply(204, b"")),
    (
        "304-with-length-beyond-the-limit",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 99999999999\r\n\r\nstray",
        reply(304, b""),
    ),
    ("304-with-bad-length", b"HTTP/1.1 304 Not Modified\r\nContent-Length: x\r\n\r\nstray", reply(304, b"")),
    ("304-with-stray-bytes", b"HTTP/1.1 304 Not Modified\r\n\r\nstray", reply(304, b"")),
    ("304-with-length", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nstray", reply(304, b"")),
    (
        "304-with-length-and-no-bytes",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
        reply(304, b""),
    ),
];

fn bodies() -> Vec<Fault> {
    let whole = BODIES.iter().map(|(name, bytes, expect)| answer(name, &[bytes], expect));
    let open = Script::response("HTTP/1.1 200 OK\r\n\r\nok");
    let ends = |name, script, expect| Fault::play(Group::Framing, name, script, expect);
    let others = [
        ends("close-delimited-and-reset", open.clone().reset(), RESET),
        ends("close-delimited-and-silent", open.hold(), TIMED_OUT),
    ];
    whole.chain(others).collect()
}

/// Heads of interim answers (1xx), and how a client must end with them and the answer `ok` after them.
const INTERIM: &[(&str, &[u8], Expect)] = &[
    ("100", b"HTTP/1.1 100 Continue\r\n\r\n", OK),
    ("100-with-fields", b"HTTP/1.1 100 Continue\r\nX: 1\r\n\r\n", OK),
    ("102", b"HTTP/1.1 102 Processing\r\n\r\n", OK),
    ("103", b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n", OK),
    ("199", b"HTTP/1.1 199 Unheard Of\r\n\r\n", OK),
    ("100-by-http-1-0", b"HTTP/1.0 100 Continue\r\n\r\n", OK),
    ("100-with-stray-bytes", b"HTTP/1.1 100 Continue\r\n\r\nstray", MALFORMED),
    ("100-with-length", b"HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n", OK),
    ("100-with-length-and-bytes", b"HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\nstray", MALFORMED),
    ("100-chunked", b"HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n", OK),
    ("100-with-bad-field", b"HTTP/1.1 100 Continue\r\nX\r\n\r\n", MALFORMED),
    ("101-unasked", b"HTTP/1.1 101 Switching Protocols\r\n\r\n", reply(101, b"")),
    (
        "101-unasked-with-fields",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
        reply(101, b""),
    ),
    ("101-with-length", b"HTTP/1.1 101 Switching Protocols\r\nContent-Length: 2\r\n\r\n", reply(101, b"")),
];

fn interim() -> Vec<Fault> {
    let end = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".as_slice();
    let hundred = b"HTTP/1.1 100 Continue\r\n\r\n".as_slice();
    let mut faults: Vec<Fault> =
        INTERIM.iter().map(|(name, head, expect)| answer(name, &[head, end], expect)).collect();
    faults.extend([
        answer("100-and-103", &[hundred, b"HTTP/1.1 103 Early Hints\r\n\r\n", end], &OK),
        answer(
            "1xx-of-many-kinds",
            &[b"HTTP/1.1 102 P\r\n\r\nHTTP/1.0 199 O\n\nHTTP/1.1 100\r\n\r\n\r\n", end],
            &OK,
        ),
        answer("100-a-thousand-times", &[&hundred.repeat(1_000), end], &OK),
        answer("close-after-100", &[hundred], &INCOMPLETE),
        answer("close-inside-second-head", &[hundred, &end[..20]], &INCOMPLETE),
    ]);
    faults
}

/// Only the client's deadline ends them.
fn floods() -> Vec<Fault> {
    let flood = |name, bytes: &'static [u8], expect| {
        let script = Script::new().read_head().repeat(bytes, Duration::from_millis(1));
        Fault::play(Group::Framing, name, script, expect)
    };
    vec![
        flood("100-endless", b"HTTP/1.1 100 Continue\r\n\r\n", TIMED_OUT),
        flood("103-endless", b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n", TIMED_OUT),
        flood("blank-lines-endless", b"\r\n", TIMED_OUT),
    ]
}

fn beyond_the_limit() -> Vec<Fault> {
    let fault = |name, script, expect| Fault::play(Group::Framing, name, script, expect);
    let script = |head: String, bytes| Script::response(head).fill(bytes);
    let length = |bytes: u64| format!("HTTP/1.1 200 OK\r\nContent-Length: {bytes}\r\n\r\n");
    let chunk = |bytes: u64| format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{bytes:x}\r\n");
    let over = BODY_BYTES_LIMIT + 1;
    vec![
        fault(
            "body-at-the-limit",
            script(length(BODY_BYTES_LIMIT), BODY_BYTES_LIMIT),
            letters(BODY_BYTES_LIMIT),
        ),
        fault("body-beyond-the-limit", script(length(over), over), TOO_LARGE),
        fault("chunk-beyond-the-limit", script(chunk(over), over).send("\r\n0\r\n\r\n"), TOO_LARGE),
        fault("close-delimited-beyond-the-limit", script("HTTP/1.1 200 OK\r\n\r\n".into(), over), TOO_LARGE),
        fault("body-endless", endless_body(), TOO_LARGE),
    ]
}

fn endless_body() -> Script {
    Script::response("HTTP/1.1 200 OK\r\n\r\n").repeat(vec![b'x'; 1024 * 1024], Duration::from_millis(1))
}
