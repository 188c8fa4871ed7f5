//! Calls from URLs, good and bad, and their deadlines.

use std::time::{Duration, Instant};

use downstream_call::Call;
use rstest::rstest;

const SECOND: Duration = Duration::from_secs(1);

#[rstest]
#[case("http://127.0.0.1:8080/get_resource", "127.0.0.1:8080", "127.0.0.1:8080", "/get_resource")]
#[case("http://127.0.0.1:8080", "127.0.0.1:8080", "127.0.0.1:8080", "/")]
#[case::port_80_unless_given("http://127.0.0.1/", "127.0.0.1:80", "127.0.0.1", "/")]
#[case::the_highest_port("http://127.0.0.1:65535/", "127.0.0.1:65535", "127.0.0.1:65535", "/")]
#[case::an_upper_case_scheme("HTTP://127.0.0.1:1/", "127.0.0.1:1", "127.0.0.1:1", "/")]
#[case::ipv6("http://[::1]:8080/x", "[::1]:8080", "[::1]:8080", "/x")]
#[case::ipv6_without_a_port("http://[::1]/x", "[::1]:80", "[::1]", "/x")]
#[case::a_query("http://127.0.0.1/echo/7?a=b&c=/?", "127.0.0.1:80", "127.0.0.1", "/echo/7?a=b&c=/?")]
#[case::a_query_without_a_path("http://127.0.0.1?a=b", "127.0.0.1:80", "127.0.0.1", "/?a=b")]
#[case::a_fragment_is_not_sent("http://127.0.0.1/a#b", "127.0.0.1:80", "127.0.0.1", "/a")]
fn a_url_makes_a_call(#[case] url: &str, #[case] address: &str, #[case] host: &str, #[case] path: &str) {
    let call = Call::get(url, SECOND).expect(url);
    assert_eq!(call.address, address.parse().expect("an address"));
    assert_eq!((&*call.host, &*call.path, call.timeout), (host, path, SECOND));
    assert_eq!(call.check(), Ok(()));
}

#[test]
fn a_name_is_resolved() {
    let call = Call::get("http://localhost:8080/", SECOND).expect("every machine is localhost");
    assert!(call.address.ip().is_loopback());
    assert_eq!((&*call.host, call.address.port()), ("localhost:8080", 8080));
}

#[rstest]
#[case::nothing("")]
#[case::a_path_alone("/get_resource")]
#[case::an_asterisk("*")]
#[case::another_scheme("https://127.0.0.1/")]
#[case::no_host("http:///x")]
#[case::a_port_without_a_host("http://:80/")]
#[case::a_port_too_high("http://127.0.0.1:65536/")]
#[case::a_port_without_digits("http://127.0.0.1:/")]
#[case::a_signed_port("http://127.0.0.1:+80/")]
#[case::two_ports("http://127.0.0.1:80:81/")]
#[case::a_user("http://user:password@127.0.0.1/")]
#[case::a_user_named_as_the_host("http://localhost@localhost/")]
#[case::an_open_bracket("http://[::1/")]
#[case::more_after_a_bracket("http://[::1]x/")]
#[case::a_space_in_the_path("http://127.0.0.1/a b")]
#[case::a_second_line_in_the_path("http://127.0.0.1/a\r\nHost: b")]
fn a_bad_url_says_what_a_good_one_looks_like(#[case] url: &str) {
    let text = Call::get(url, SECOND).expect_err("bad").to_string();
    assert!(text.contains(&format!("{url:?}")), "{text}");
    assert!(text.ends_with("write it as http://127.0.0.1:8080/path"), "{text}");
    assert!(!text.contains(['\r', '\n']), "{text}");
}

#[rstest]
#[case("localhost:80")]
#[case("127.0.0.1:8080/")]
#[case("[::1]:8080/get_resource?latency_ms=1")]
fn a_url_without_a_scheme_is_shown_with_it(#[case] url: &str) {
    let text = Call::get(url, SECOND).expect_err("bad").to_string();
    let (_, cure) = text.split_once("; write it as ").expect("a cure");
    assert_eq!(cure, format!("http://{url}"));
    assert!(Call::get(cure, SECOND).is_ok());
}

#[test]
fn another_path_changes_nothing_else() {
    let call = Call::get("http://127.0.0.1:8080/a", SECOND).expect("good");
    assert_eq!(call.with_path("/b"), Call { path: "/b".into(), ..call.clone() });
}

#[test]
fn a_deadline_is_the_timeout_after_the_start() {
    let start = Instant::now();
    let call = |timeout| Call::get("http://127.0.0.1/", timeout).expect("good");
    assert_eq!(call(SECOND).deadline(start), start + SECOND);
    assert_eq!(call(Duration::ZERO).deadline(start), start);
    assert_eq!(call(Duration::from_nanos(1)).deadline(start), start + Duration::from_nanos(1));
}

#[test]
fn a_timeout_beyond_the_clock_is_decades_and_no_panic() {
    let start = Instant::now();
    let call = Call::get("http://127.0.0.1/", Duration::MAX).expect("good");
    assert!(call.deadline(start) > start + Duration::from_secs(20 * 365 * 24 * 60 * 60));
}
