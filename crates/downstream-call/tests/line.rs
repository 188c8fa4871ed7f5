//! An outcome is read back from its line, whatever the answer was.

use downstream_call::{Failure, Line, Outcome, Reply};

fn assert_reads_back(outcome: Outcome) {
    let line = Line::new(7, outcome);
    let text = line.to_string();
    assert!(text.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{text}");
    assert_eq!(Line::parse(text.as_bytes()), Some(line));
}

#[test]
fn every_byte_of_a_body_reads_back() {
    assert_reads_back(Ok(Reply { status: 200, body: (0..=255).collect(), worked: None }));
}

#[test]
fn an_empty_body_reads_back_with_and_without_its_space() {
    assert_reads_back(Ok(Reply { status: 204, ..Reply::default() }));
    assert_eq!(Line::parse(b"3 204"), Line::parse(b"3 204 "));
}

#[test]
fn failures_read_back() {
    for failure in [Failure::ConnectRefused, Failure::TimedOut, Failure::Malformed("token".into())] {
        assert_reads_back(Err(failure));
    }
}

#[test]
fn what_is_no_line_is_none() {
    for text in
        ["", "x 200 a", "-1 200 a", "+1 200 a", "0", "0 999999 a", "0 200 \\", "0 200 \\xg0", "0 - so so"]
    {
        assert_eq!(Line::parse(text.as_bytes()), None, "{text:?}");
    }
}

#[test]
fn a_failure_of_any_name_is_read_where_any_name_will_do() {
    let line = Line::parse_any_failure(b"3 - so so").unwrap();
    assert_eq!((line.call, line.answer.unwrap_err().as_str()), (3, "so so"));
    assert_eq!(Line::parse_any_failure(b"3 so so"), None);
}
