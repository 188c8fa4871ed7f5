//! The names of failures: how they are printed and read back, and which one stands for an error of the system.

use std::io::{Error, ErrorKind};

use downstream_call::{Failure, TooLarge};
use rstest::rstest;

#[rstest]
#[case(Failure::ConnectRefused, "connect-refused")]
#[case(Failure::Reset, "reset")]
#[case(Failure::Incomplete, "incomplete")]
#[case(Failure::Malformed("chunk size".into()), "malformed: chunk size")]
#[case(Failure::Malformed("of: its own".into()), "malformed: of: its own")]
#[case(Failure::TooLarge(TooLarge::Fields), "too-large: fields")]
#[case(Failure::TooLarge(TooLarge::Head), "too-large: head")]
#[case(Failure::TooLarge(TooLarge::Body), "too-large: body")]
#[case(Failure::TooLarge(TooLarge::Extensions), "too-large: extensions")]
#[case(Failure::TimedOut, "timed-out")]
#[case(Failure::Cancelled, "cancelled")]
#[case(Failure::UnexpectedStatus(403), "unexpected-status: 403")]
#[case(Failure::WorkPanicked, "work-panicked")]
#[case(Failure::Lost, "lost")]
fn a_failure_is_read_back_from_its_name(#[case] failure: Failure, #[case] name: &str) {
    assert_eq!(failure.to_string(), name);
    assert_eq!(name.parse(), Ok(failure));
}

#[test]
fn a_system_s_error_is_read_back_from_its_number() {
    for code in [1, 24, 99, 10_048] {
        let failure = Failure::System(code);
        let text = failure.to_string();
        assert!(text.starts_with("system: ") && text.contains(&code.to_string()), "{text}");
        assert_eq!(text.parse(), Ok(failure));
    }
}

#[test]
fn what_could_not_be_sent_is_read_back_but_for_its_text() {
    let text = Failure::Unsendable("the path does not start with a slash").to_string();
    assert_eq!(text, "unsendable: the path does not start with a slash");
    assert!(matches!(text.parse(), Ok(Failure::Unsendable(_))));
}

#[rstest]
#[case("")]
#[case("Reset")]
#[case("no-such-failure")]
#[case("too-large: ambition")]
#[case("too-large")]
#[case("unexpected-status: often")]
#[case("unexpected-status: 65536")]
fn what_is_no_failure_s_name_is_refused(#[case] text: &str) {
    assert_eq!(text.parse::<Failure>(), Err(()));
}

#[rstest]
#[case(ErrorKind::ConnectionRefused, Failure::ConnectRefused)]
#[case(ErrorKind::ConnectionReset, Failure::Reset)]
#[case(ErrorKind::ConnectionAborted, Failure::Reset)]
#[case(ErrorKind::BrokenPipe, Failure::Reset)]
#[case(ErrorKind::TimedOut, Failure::TimedOut)]
#[case(ErrorKind::WouldBlock, Failure::TimedOut)]
#[case(ErrorKind::UnexpectedEof, Failure::Incomplete)]
#[case(ErrorKind::WriteZero, Failure::Incomplete)]
#[case(ErrorKind::Other, Failure::System(0))]
fn an_error_s_kind_decides(#[case] kind: ErrorKind, #[case] failure: Failure) {
    assert_eq!(Failure::from(Error::from(kind)), failure);
}

#[test]
#[cfg(target_os = "linux")]
fn an_error_without_a_name_of_ours_keeps_its_number() {
    const EMFILE: i32 = 24;
    assert_eq!(Failure::from(Error::from_raw_os_error(EMFILE)), Failure::System(EMFILE));
}
