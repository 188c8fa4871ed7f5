//! With jitter, each contestant meets the same latencies, and the mock's events say when each share of the calls was answered.

use std::time::Duration;

use crate::support::{MEANWHILE, folder, meanwhile, race, report_of};
use ::meanwhile::race::Standing;
use downstream_mock::Jitter;

const JITTER: &str = "--jitter=uniform:15";

/// The latencies of four calls at 20 ms with this jitter and seed 7, in seconds.
fn latencies_s() -> [f64; 4] {
    let jitter: Jitter = "uniform:15".parse().expect("a jitter");
    let mut latencies = jitter.latencies(Duration::from_millis(20), 7);
    [(); 4].map(|()| latencies.next().expect("it never ends").as_secs_f64())
}

#[test]
fn what_a_call_waits_for_its_turn_is_in_its_time() {
    let report = race(&["serial", "generator-style", "--calls=4", JITTER, "--seed=7"]);
    let latencies_s = latencies_s();
    let [serial, together] = &report.results[..] else { panic!("two contestants") };
    let times = |standing: &Standing| {
        let median = standing.median.as_ref().expect("it ran");
        (median.answered.expect("percentiles"), median.wall_s)
    };
    let ((serial, serial_wall_s), (together, together_wall_s)) = (times(serial), times(together));
    // One after the other: after the second answer, half of the calls are answered.
    assert!(serial.p50_s >= latencies_s[..2].iter().sum(), "{serial:?} {latencies_s:?}");
    assert!(serial.max_s >= latencies_s.iter().sum(), "{serial:?} {latencies_s:?}");
    assert!(together.max_s >= latencies_s.into_iter().fold(0.0, f64::max), "{together:?} {latencies_s:?}");
    // A time has four digits.
    assert!(serial.max_s <= serial_wall_s * 1.001 && together.max_s <= together_wall_s * 1.001);
    for answered in [serial, together] {
        let in_order = [answered.p50_s, answered.p90_s, answered.p99_s, answered.max_s];
        assert!(in_order.is_sorted() && in_order[0] > 0.0, "{answered:?}");
    }
    assert_eq!(report.environment.jitter, "uniform:15");
}

#[test]
fn percentiles_are_in_each_row_of_a_csv_and_in_the_table() {
    let arguments = ["race", "serial", "--latency=20ms", "--calls=3", JITTER];
    let ran = meanwhile(&[&arguments[..], &["--csv=-", "--rounds=2"]].concat());
    let mut csv = csv::Reader::from_reader(ran.stdout.as_bytes());
    let header = csv.headers().expect("a header").clone();
    let columns: Vec<_> =
        header.iter().enumerate().filter(|(_, name)| name.starts_with("answered_")).collect();
    assert_eq!(columns.len(), 4, "{header:?}");
    for row in csv.records().map(|row| row.expect("a row")) {
        assert!(
            columns.iter().all(|(at, _)| row[*at].parse::<f64>().is_ok_and(|time_s| time_s > 0.0)),
            "{row:?}"
        );
    }
    let shown = meanwhile(&[&arguments[..], &["--rounds=2"]].concat()).stdout;
    let widest = shown.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{shown}");
    for words in ["p50", "p90", "p99", "max", "(jitter uniform:15)"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}

#[test]
fn without_jitter_there_are_no_percentiles() {
    let ran = meanwhile(&["race", "serial", "--latency=20ms", "--calls=2", "--json=-"]);
    assert!(!ran.stdout.contains("answered"), "{}", ran.stdout);
    assert_eq!(report_of(&ran).environment.jitter, "none");
}

#[test]
fn a_latency_beyond_the_timeout_is_said_before_the_race_with_its_cure() {
    let late = ["race", "serial", "--latency=20ms", "--calls=2", "--seed=1", "--jitter=long-tail:60000:1"];
    let ran = meanwhile(&late);
    assert_eq!((ran.stdout.as_str(), ran.code), ("", Some(2)), "{}", ran.stderr);
    assert!(ran.stderr.contains("within 5 s: use a longer --timeout or less --jitter"), "{}", ran.stderr);
    let cured = ["race", "serial", "--latency=20ms", "--calls=2", "--seed=1", "--jitter=long-tail:6:1"];
    assert_eq!(meanwhile(&cured).code, Some(0));
}

#[test]
fn a_program_in_any_language_has_percentiles_and_a_watched_run_too() {
    let with = format!("--with=other={MEANWHILE} run thread-pool --url {{url}} --calls {{calls}}");
    let report =
        report_of(&meanwhile(&["race", "other", &with, "--latency=20ms", "--calls=3", JITTER, "--json=-"]));
    assert!(report.results[0].rounds[0].answered.is_some(), "{:?}", report.results[0]);
    let folder = folder();
    let timeline = format!("--timeline={}", folder.path().join("timeline").display());
    let watched = race(&["serial", "--calls=3", JITTER, &timeline]);
    assert!(watched.results[0].rounds[0].answered.is_some());
}
