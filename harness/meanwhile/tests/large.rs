//! Ten thousand calls, in a release build: `make large`.

mod support;

use libtest_mimic::{Arguments, Trial};
use meanwhile::models::{AtOnce, Entry, Threads};
use meanwhile::race::Round;
use support::{cpu_s, meanwhile, report_of, trials};

fn main() {
    let mut all = Vec::new();
    if cfg!(all(target_os = "linux", not(debug_assertions))) {
        let waits_on_one_thread =
            |model: &Entry| model.threads == Threads::One && model.at_once == AtOnce::Unlimited;
        all.extend(trials("ten_thousand_calls_wait_on_one_thread", waits_on_one_thread, wait_on_one_thread));
        all.extend(trials("ten_thousand_calls_of_which_one_in_ten_fails", |_| true, one_in_ten_fails));
        let name = "waiting_a_second_costs_busy_poll_a_second_and_epoll_nothing";
        all.push(Trial::test(name, || {
            waiting_costs_a_second_or_nothing();
            Ok(())
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), all).exit();
}

fn wait_on_one_thread(model: &Entry) {
    let calls = ["--calls=10000", "--latency=1s", "--timeout=60s", "--patience=60s"];
    let round = only_round(&[&["race", "--json=-", model.name][..], &calls].concat());
    assert_eq!((round.ok, round.peak_threads), (10_000, Some(1)), "{round:?}");
    assert!(round.peak_in_flight > 5_000, "{round:?}");
}

fn one_in_ten_fails(model: &Entry) {
    let ran = meanwhile(&["check", model.name, "--large", "--only", "ten thousand"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("1 held, 0 broken"), "{}", ran.stdout);
}

/// No other program may want the core, so the best of a few rounds counts.
fn waiting_costs_a_second_or_nothing() {
    let rounds = |model| -> Vec<f64> {
        let ran = meanwhile(&["race", model, "--calls=2", "--latency=1s", "--rounds=5", "--json=-"]);
        report_of(&ran).results[0].rounds.iter().map(cpu_s).collect()
    };
    let (busy, epoll) = (rounds("busy-poll"), rounds("epoll-state-machine"));
    assert!(busy.iter().any(|cpu_s| *cpu_s > 0.9), "{busy:?}");
    assert!(epoll.iter().all(|cpu_s| *cpu_s < 0.02), "{epoll:?}");
}

/// The one round of a race that has one contestant.
fn only_round(arguments: &[&str]) -> Round {
    let standing = support::only(report_of(&meanwhile(arguments)));
    assert_eq!(standing.failed, None);
    standing.rounds.into_iter().next().expect("one round")
}
