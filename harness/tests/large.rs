//! Ten thousand calls, in a release build: `make large`.
#![cfg(all(target_os = "linux", not(debug_assertions)))]

mod support;

use harness::models::Entry;
use harness::race::{Report, Round};
use rstest::rstest;
use support::meanwhile;

#[rstest]
#[case("epoll-state-machine")]
#[case("callback-loop")]
#[case("generator-style")]
#[case("stackful-coroutines")]
#[case("mini-runtime")]
#[case("async-await")]
fn ten_thousand_calls_wait_on_one_thread(#[case] model: &str) {
    let round = race(&[model, "--calls=10000", "--latency=1s", "--timeout=60s", "--patience=60s"]);
    assert_eq!((round.ok, round.peak_threads), (10_000, Some(1)), "{round:?}");
    assert!(round.peak_in_flight > 5_000, "{round:?}");
}

harness::test_every_model! {
    fn ten_thousand_calls_of_which_one_in_ten_fails(model: &Entry) {
        if !support::can_be_made(model) {
            return;
        }
        let ran = meanwhile(&["check", model.name, "--large", "--only", "ten thousand"]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("1 held, 0 broken"), "{}", ran.stdout);
    }
}

/// Nobody else may want the core, so the best of a few rounds counts.
#[test]
fn waiting_a_second_costs_busy_poll_a_second_and_epoll_nothing() {
    let cpu_s = |round: &Round| round.user_s.unwrap_or_default() + round.system_s.unwrap_or_default();
    let rounds = |model| -> Vec<f64> {
        let ran = meanwhile(&["race", model, "--calls=2", "--latency=1s", "--rounds=5", "--json=-"]);
        let report: Report = serde_json::from_str(&ran.stdout).expect("a report");
        report.results[0].rounds.iter().map(cpu_s).collect()
    };
    let (busy, epoll) = (rounds("busy-poll"), rounds("epoll-state-machine"));
    assert!(busy.iter().any(|cpu_s| *cpu_s > 0.9), "{busy:?}");
    assert!(epoll.iter().all(|cpu_s| *cpu_s < 0.02), "{epoll:?}");
}

/// The one round of a race that has one contestant.
fn race(arguments: &[&str]) -> Round {
    let ran = meanwhile(&[&["race", "--json=-"], arguments].concat());
    let report: Report =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stderr));
    let standing = report.results.into_iter().next().expect("one contestant");
    assert_eq!(standing.failed, None);
    standing.rounds.into_iter().next().expect("one round")
}
