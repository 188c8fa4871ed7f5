//! What `meanwhile run` does with its options, whatever the model.

mod support;

use support::{meanwhile, mock};

#[test]
fn a_call_that_is_too_slow_times_out_and_the_cure_is_said() {
    let mock = mock();
    let url = format!("{}/echo/{{call}}?latency_ms=2000", mock.url());
    let ran = meanwhile(&["run", "serial", "--url", &url, "--calls=1", "--timeout=50ms"]);
    assert_eq!(ran.stdout, "0 - timed-out\n");
    assert!(ran.stderr.contains("allow more time with --timeout"), "{}", ran.stderr);
    assert_eq!(ran.code, Some(1));
}

#[test]
fn braces_may_be_percent_codes() {
    let mock = mock();
    let url = format!("{}/echo/%7Bcall%7D", mock.url());
    assert_eq!(meanwhile(&["run", "serial", "--url", &url]).stdout, "0 200 0\n1 200 1\n");
}

#[test]
fn a_status_is_an_answer() {
    let mock = mock();
    let url = format!("{}/status/404", mock.url());
    let ran = meanwhile(&["run", "serial", "--url", &url, "--calls=1"]);
    assert_eq!((ran.stdout.as_str(), ran.code), ("0 404 404\n", Some(0)));
}

#[test]
fn no_more_calls_are_in_flight_than_allowed() {
    let mock = mock();
    let url = format!("{}/echo/{{call}}", mock.url());
    meanwhile(&["run", "generator-style", "--url", &url, "--calls=9", "--in-flight=3"]);
    assert_eq!(mock.stats().peak_in_flight, 3);
}
