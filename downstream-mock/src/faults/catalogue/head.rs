//! What can go wrong with the head of an answer.

use super::{Expect, Fault, Group, INCOMPLETE, MALFORMED, OK, RESET, TIMED_OUT, TOO_LARGE, reply};
use crate::faults::Script;
use std::time::Duration;

/// A correct answer, to be cut at every byte.
const WHOLE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nHello World!";
const HELLO: Expect = reply(200, b"Hello World!");

/// The rest of an answer after the status line or field that is the fault.
const REST: &[u8] = b"\r\nContent-Length: 2\r\n\r\nok";

/// Twice the limit of a head, and more.
const LARGE_BYTES: usize = 200 * 1024;

pub(super) fn faults() -> Vec<Fault> {
    [cut(), slow(), status_lines(), fields(), line_ends(), sizes()].concat()
}

fn answer(name: impl Into<String>, parts: &[&[u8]], expect: Expect) -> Fault {
    Fault::answering(Group::Head, name, parts.concat(), expect)
}

fn cut() -> Vec<Fault> {
    let close =
        |at| Fault::answering(Group::Head, format!("close-at-byte-{at:02}"), &WHOLE[..at], INCOMPLETE);
    let reset = |at| {
        let script = Script::response(&WHOLE[..at]).reset();
        Fault::play(Group::Head, format!("reset-at-byte-{at:02}"), script, RESET)
    };
    (0..WHOLE.len()).map(close).chain((0..WHOLE.len()).step_by(10).map(reset)).collect()
}

fn slow() -> Vec<Fault> {
    let drip = |name, piece_bytes, pause_ms, expect| {
        let script = Script::new().read_head().drip(WHOLE, piece_bytes, Duration::from_millis(pause_ms));
        Fault::play(Group::Head, name, script, expect)
    };
    vec![
        drip("one-byte-at-a-time", 1, 1, HELLO),
        drip("drip-inside-the-deadline", 5, 20, HELLO),
        drip("drip-beyond-the-deadline", 1, 50, TIMED_OUT),
    ]
}

const STATUS_LINES: &[(&str, &[u8], Expect)] = &[
    ("no-reason-phrase", b"HTTP/1.1 200", OK),
    ("empty-reason-phrase", b"HTTP/1.1 200 ", OK),
    ("reason-phrase-beyond-ascii", b"HTTP/1.1 200 \xc3\xa9t\xe9", OK),
    ("reason-phrase-with-tab", b"HTTP/1.1 200 all\tright", OK),
    ("reason-phrase-with-control-byte", b"HTTP/1.1 200 O\x01K", MALFORMED),
    ("reason-phrase-with-nul", b"HTTP/1.1 200 O\0K", MALFORMED),
    ("reason-phrase-with-bare-cr", b"HTTP/1.1 200 O\rK", MALFORMED),
    ("http-0-9", b"HTTP/0.9 200 OK", MALFORMED),
    ("http-1-0", b"HTTP/1.0 200 OK", OK),
    ("http-1-2", b"HTTP/1.2 200 OK", MALFORMED),
    ("http-2-0", b"HTTP/2.0 200 OK", MALFORMED),
    ("http-2", b"HTTP/2 200", MALFORMED),
    ("version-in-lower-case", b"http/1.1 200 OK", MALFORMED),
    ("version-without-minor", b"HTTP/1 200 OK", MALFORMED),
    ("another-protocol", b"ICY 200 OK", MALFORMED),
    ("no-status-line", b"Server: mock", MALFORMED),
    ("no-http-at-all", b"220 mail.example ESMTP", MALFORMED),
    ("code-of-no-digit", b"HTTP/1.1 ", MALFORMED),
    ("code-of-2-digits", b"HTTP/1.1 20 OK", MALFORMED),
    ("code-of-4-digits", b"HTTP/1.1 2000 OK", MALFORMED),
    ("code-of-letters", b"HTTP/1.1 abc OK", MALFORMED),
    ("code-000", b"HTTP/1.1 000 Zero", MALFORMED),
    ("code-099", b"HTTP/1.1 099 Low", MALFORMED),
    ("code-600", b"HTTP/1.1 600 High", reply(600, b"ok")),
    ("code-999", b"HTTP/1.1 999 Highest", reply(999, b"ok")),
    ("code-negative", b"HTTP/1.1 -20 OK", MALFORMED),
    ("code-signed", b"HTTP/1.1 +20 OK", MALFORMED),
    ("space-before-version", b" HTTP/1.1 200 OK", MALFORMED),
    ("no-space-before-code", b"HTTP/1.1200 OK", MALFORMED),
    ("two-spaces-before-code", b"HTTP/1.1  200 OK", MALFORMED),
    ("tab-before-code", b"HTTP/1.1\t200 OK", MALFORMED),
    ("tab-after-code", b"HTTP/1.1 200\tOK", MALFORMED),
    ("blank-line-before-status-line", b"\r\nHTTP/1.1 200 OK", OK),
    ("blank-lines-of-both-kinds-before-status-line", b"\r\n\n\r\nHTTP/1.1 200 OK", OK),
    ("bare-cr-before-status-line", b"\rHTTP/1.1 200 OK", MALFORMED),
    ("two-crs-after-status-line", b"HTTP/1.1 200 OK\r", MALFORMED),
];

fn status_lines() -> Vec<Fault> {
    STATUS_LINES.iter().map(|(name, line, expect)| answer(*name, &[line, REST], expect.clone())).collect()
}

const FIELDS: &[(&str, &[u8], Expect)] = &[
    ("field-without-value", b"X:", OK),
    ("field-of-blanks", b"X: \t ", OK),
    ("field-without-colon", b"X", MALFORMED),
    ("field-without-name", b": value", MALFORMED),
    ("name-with-all-marks", b"!#$%&'*+-.^_`|~9z: value", OK),
    ("name-with-space", b"X Y: value", MALFORMED),
    ("name-with-control-byte", b"X\x01: value", MALFORMED),
    ("name-with-nul", b"X\0: value", MALFORMED),
    ("name-beyond-ascii", b"\xc3\xa9: value", MALFORMED),
    ("space-before-name", b" X: value", MALFORMED),
    ("tab-before-name", b"\tX: value", MALFORMED),
    ("space-before-colon", b"X : value", MALFORMED),
    ("tab-before-colon", b"X\t: value", MALFORMED),
    ("value-with-tab", b"X: a\tb", OK),
    ("value-beyond-ascii", b"X: \xc3\xa9\xff", OK),
    ("value-with-control-byte", b"X: a\x01b", MALFORMED),
    ("value-with-nul", b"X: a\0b", MALFORMED),
    ("value-with-del", b"X: a\x7fb", MALFORMED),
    ("value-with-bare-cr", b"X: a\rb", MALFORMED),
    ("obs-fold", b"X: a\r\n b", MALFORMED),
    ("obs-fold-with-tab", b"X: a\r\n\tb", MALFORMED),
    ("obs-fold-of-blanks", b"X: a\r\n ", MALFORMED),
];

fn fields() -> Vec<Fault> {
    let status_line = b"HTTP/1.1 200 OK\r\n";
    FIELDS
        .iter()
        .map(|(name, line, expect)| answer(*name, &[status_line, line, REST], expect.clone()))
        .collect()
}

const LINE_ENDS: &[(&str, &[u8], Expect)] = &[
    ("bare-lf", b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", OK),
    ("bare-lf-after-status-line", b"HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok", OK),
    ("bare-lf-after-field", b"HTTP/1.1 200 OK\r\nContent-Length: 2\n\r\nok", OK),
    ("crlf-as-blank-line-after-bare-lf", b"HTTP/1.1 200 OK\nContent-Length: 2\n\r\nok", OK),
    ("bare-lf-as-blank-line", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\nok", OK),
    // No line has an end, so a client that reads in parts may wait for it until the connection closes.
    ("bare-cr", b"HTTP/1.1 200 OK\rContent-Length: 2\r\rok", Expect::Failure(&["malformed", "incomplete"])),
    ("lf-cr", b"HTTP/1.1 200 OK\n\rContent-Length: 2\n\r\n\rok", MALFORMED),
];

fn line_ends() -> Vec<Fault> {
    LINE_ENDS.iter().map(|(name, bytes, expect)| answer(*name, &[bytes], expect.clone())).collect()
}

fn sizes() -> Vec<Fault> {
    let status_line = b"HTTP/1.1 200 OK\r\n".as_slice();
    let fields = |count: usize| "X: value\r\n".repeat(count).into_bytes();
    let letters = |count: usize| vec![b'x'; count];
    // `REST` has one more field, the length.
    let numbers = |name, count, expect| answer(name, &[status_line, &fields(count), &REST[2..]], expect);
    let field = |name, bytes, expect| answer(name, &[status_line, b"X: ", &letters(bytes), REST], expect);
    vec![
        numbers("100-fields", 99, OK),
        numbers("101-fields", 100, TOO_LARGE),
        numbers("10000-fields", 9_999, TOO_LARGE),
        field("head-of-60-kib", 60 * 1024, OK),
        field("head-of-200-kib", LARGE_BYTES, TOO_LARGE),
        answer("name-of-200-kib", &[status_line, &letters(LARGE_BYTES), b": value", REST], TOO_LARGE),
        answer("reason-phrase-of-200-kib", &[b"HTTP/1.1 200 ", &letters(LARGE_BYTES), REST], TOO_LARGE),
        endless_head(),
    ]
}

fn endless_head() -> Fault {
    let script =
        Script::response("HTTP/1.1 200 OK\r\nX: ").repeat(vec![b'x'; 8 * 1024], Duration::from_millis(1));
    Fault::play(Group::Head, "endless-head", script, TOO_LARGE)
}
