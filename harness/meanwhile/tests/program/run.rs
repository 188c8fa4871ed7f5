//! What `meanwhile run` does with its options, whatever the model.

use crate::support::{meanwhile, mock};
use downstream_call::{Milestone, MilestoneLine};

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

/// The lines behind those of the outcomes.
fn milestones(stdout: &str, calls: usize) -> Vec<MilestoneLine> {
    let read =
        |line: &str| MilestoneLine::parse(line.as_bytes()).unwrap_or_else(|| panic!("no milestone: {line}"));
    stdout.lines().skip(calls).map(read).collect()
}

#[test]
#[cfg(target_os = "linux")]
fn milestones_come_after_the_outcomes() {
    let mock = mock();
    let url = format!("{}/echo/{{call}}", mock.url());
    for model in ["epoll-state-machine", "per-process", "thread-pool"] {
        let ran = meanwhile(&["run", model, "--url", &url, "--calls=3", "--milestones"]);
        assert!(ran.stdout.starts_with("0 200 0\n1 200 1\n2 200 2\nmilestone "), "{model}: {}", ran.stdout);
        let lines = milestones(&ran.stdout, 3);
        for call in 0..3 {
            let of_call = lines.iter().filter(|line| line.call == call);
            let order: Vec<_> = of_call.map(|line| line.milestone).collect();
            let due = [Milestone::Started, Milestone::Sent, Milestone::FirstByte, Milestone::Finished];
            assert_eq!(order, due, "{model}, call {call}");
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_work_and_a_failure_are_among_the_milestones() {
    let mock = mock();
    let work = ["--work=fib:10", "--calls=1", "--milestones"];
    let url = format!("{}/echo/{{call}}", mock.url());
    let ran = meanwhile(&[&["run", "compute-offload", "--url", &url], &work[..]].concat());
    let lines = milestones(&ran.stdout, 1);
    let thread = |milestone| lines.iter().find(|line| line.milestone == milestone).map(|line| line.thread);
    let (started, worked) = (thread(Milestone::Started), thread(Milestone::WorkBegins));
    assert!(started.is_some() && worked.is_some() && started != worked, "{}", ran.stdout);
    let url = format!("{}/echo/{{call}}?latency_ms=60000", mock.url());
    let ran = meanwhile(&["run", "serial", "--url", &url, "--calls=1", "--timeout=50ms", "--milestones"]);
    let last = milestones(&ran.stdout, 1).pop().expect("a line");
    assert_eq!((last.milestone, ran.code), (Milestone::Finished, Some(1)), "{}", ran.stdout);
}
