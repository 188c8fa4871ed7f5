//! What other processes take from the cores is measured beside each run, and told where it spoils the numbers.

use meanwhile::race::{Environment, RaceReport, Round, Standing};
use rstest::rstest;

/// A report of a machine with four cores, and how many of them others kept busy in each run.
fn report(others_cores: &[Option<f64>]) -> RaceReport {
    let rounds =
        others_cores.iter().map(|others_cores| Round { others_cores: *others_cores, ..Round::default() });
    let standing = Standing { contestant: "serial".into(), rounds: rounds.collect(), ..Standing::default() };
    let environment = Environment { cores: Some(4), ..Environment::default() };
    RaceReport { schema: String::new(), environment, results: vec![standing] }
}

#[test]
fn a_busy_machine_is_told_with_its_figure() {
    let warning = report(&[Some(0.1), Some(3.52), None, Some(1.1)]).noise_warning();
    let expected = "noise: other processes kept up to 3.5 of 4 cores busy, in 2 of 4 runs (1 too short to tell): end them and race again";
    assert_eq!(warning.as_deref(), Some(expected));
}

#[rstest]
#[case::a_quiet_machine(&[Some(0.0), Some(0.99)])]
#[case::runs_too_short_to_tell(&[None, None])]
#[case::no_run(&[])]
fn nothing_is_told_of(#[case] others_cores: &[Option<f64>]) {
    assert_eq!(report(others_cores).noise_warning(), None);
}

#[test]
fn what_was_left_behind_is_told_with_its_contestant() {
    let mut report = report(&[]);
    report.results[0].rounds.push(Round { left_behind: 2, ..Round::default() });
    report.results[0].calls = 5;
    let expected = "serial, 5 calls: left 2 processes behind, which the race ended; all CPU time counts";
    assert_eq!(report.remarks(), [expected]);
}

/// The contestant is not its own noise, and a process of this test is.
#[cfg(target_os = "linux")]
#[test]
fn a_process_that_spins_beside_a_race_is_in_its_json() {
    use crate::support::{meanwhile, only, report_of};
    use std::process::Command;

    let mut spinner =
        Command::new("timeout").args(["60", "sh", "-c", "while :; do :; done"]).spawn().unwrap();
    let arguments = ["race", "generator-style", "--calls=1", "--latency=500ms", "--json=-"];
    let round = only(report_of(&meanwhile(&arguments))).rounds.remove(0);
    rustix::process::kill_process(rustix::process::Pid::from_child(&spinner), rustix::process::Signal::TERM)
        .unwrap();
    spinner.wait().unwrap();
    assert!(round.others_cores > Some(0.2), "{round:?}");
}
