//! Any program is a contestant, and none is believed without evidence.

use std::fs;
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::family::{Family, SLEEPS};
use crate::support::{MEANWHILE, Ran, meanwhile, only, race, report_of, with};
use meanwhile::race::Standing;
use rstest::rstest;
use rustix::process::{Pid, Signal, kill_process};

/// A race of two calls with this command alone; `MEANWHILE` in it is the program.
fn race_alone(command: &str) -> Standing {
    let with = with("other", command);
    only(race(&["other", "--calls=2", &with]))
}

#[rstest]
#[case::by_its_own_means("MEANWHILE run serial --url {url} --calls {calls}")]
#[case::through_a_shell("sh -c 'MEANWHILE run serial --url \"$0\" --calls {calls}' {url}")]
#[case::in_any_order("sh -c 'MEANWHILE run serial --url {url} --calls {calls} | sort -r'")]
#[case::with_other_line_ends("sh -c 'MEANWHILE run serial --url {url} | sed \"s/$/\\r/\"'")]
fn a_program_that_answers_everything_is_in(#[case] command: &str) {
    let standing = race_alone(command);
    assert_eq!(standing.failed, None);
    assert_eq!(standing.median.map(|median| median.ok), Some(2));
}

#[rstest]
#[case::answers_without_asking("printf '0 200 0\\n1 200 1\\n'", "the mock counted no request for it")]
#[case::answers_twice("printf '0 200 0\\n0 200 0\\n'", "answered call 0 twice")]
#[case::drops_one("sh -c 'MEANWHILE run serial --url {url} | head -n 1'", "no answer for 1 of 2")]
#[case::swaps_answers(
    "sh -c 'MEANWHILE run serial --url {url} | sed \"s/^0 /2 /; s/^1 /0 /; s/^2 /1 /\"'",
    "call 0 was answered \"1-"
)]
#[case::answers_another_call(
    "printf '0 200 0\\n1 200 1\\n2 200 2\\n'",
    "answered call 2, which there is not"
)]
#[case::has_another_status(
    "sh -c 'MEANWHILE run serial --url {url} | sed \"s/^0 200/0 404/\"'",
    "call 0 has status 404"
)]
#[case::asks_twice(
    "sh -c 'MEANWHILE run serial --url {url}; MEANWHILE run serial --url {url} >/dev/null'",
    "the mock counted 2 requests for call 0"
)]
#[case::fails("printf '0 - timed-out\\n1 - timed-out\\n'", "2 calls failed, the first with timed-out")]
#[case::says_nothing("true", "no answer for 2 of 2")]
#[case::says_something_else("echo hello", "printed \"hello\"")]
#[case::says_too_much("sh -c 'MEANWHILE run serial --url {url}; yes \"\" | head -c 1000000'", "far more")]
#[case::ends_badly("sh -c 'MEANWHILE run serial --url {url}; echo why >&2; exit 3'", "exit status 3: why")]
#[case::is_killed("sh -c 'kill -9 $$'", "signal 9")]
#[case::ends_the_process_that_measures_it(
    "sh -c 'kill -9 $PPID; sleep 1'",
    "ended the process that measured it"
)]
#[case::stops_the_process_that_measures_it(
    "sh -c 'kill -STOP $PPID; MEANWHILE run serial --url {url}; sleep 0.2; kill -CONT $PPID'",
    "stopped or ended the process that measured it"
)]
#[case::leaves_its_work_to_others(
    "sh -c 'setsid sleep 60 & sleep 0.1'",
    "ended before the processes that it started"
)]
#[case::is_not_there("/no/such/program {url}", "could not be started: /no/such/program: No such file")]
fn a_program_that_falls_short_is_out_for_the_right_reason(#[case] command: &str, #[case] reason: &str) {
    let standing = race_alone(command);
    let failed = standing.failed.expect("a reason");
    assert!(failed.contains(reason), "{failed}");
    assert_eq!(standing.median, None);
}

#[test]
fn a_program_with_more_calls_in_flight_than_allowed_is_out() {
    let with = format!("--with=other={MEANWHILE} run generator-style --url {{url}} --calls {{calls}}");
    let failed = only(race(&["other", "--calls=6", "--in-flight=2", &with])).failed;
    assert_eq!(failed.as_deref(), Some("had 6 calls in flight where 2 were allowed"));
    let told = with + " --in-flight {in_flight}";
    assert_eq!(only(race(&["other", "--calls=6", "--in-flight=2", &told])).failed, None);
}

#[test]
fn the_report_keeps_the_commands() {
    let report = race(&["other", "--calls=2", "--with=other=echo 'a b' {url}"]);
    assert_eq!(report.environment.programs["other"], "echo 'a b' {url}");
}

#[test]
fn a_program_that_hangs_is_ended_with_all_that_it_started() {
    let mut family = Family::new();
    let failed = family.race_alone("sh -c 'sleep 60 & sleep 60'").failed;
    assert!(failed.is_some_and(|failed| failed.contains("it had asked for 0 of 2 calls")));
    family.assert_all_end();
}

#[test]
fn a_process_that_is_left_behind_does_not_hold_up_the_race() {
    let mut family = Family::new();
    let standing = family.race_alone("sh -c 'MEANWHILE run serial --url {url}; sleep 60 &'");
    assert_eq!(standing.failed, None);
    family.assert_all_end();
}

#[test]
fn what_is_left_behind_in_a_session_of_its_own_is_ended_and_told() {
    let mut family = Family::new();
    let standing =
        family.race_alone("sh -c 'MEANWHILE run serial --url {url}; setsid sh -c \"sleep 60 & sleep 60\" &'");
    assert_eq!(standing.failed, None);
    assert!(standing.median.is_some_and(|median| median.left_behind > 0));
    family.assert_all_end();
}

#[test]
fn what_a_contestant_leaves_behind_that_ends_its_measuring_process_is_ended_by_the_race() {
    let mut family = Family::new();
    let failed = family.race_alone("sh -c 'setsid sleep 60 & kill -9 $PPID; sleep 60'").failed;
    assert_eq!(failed.as_deref(), Some("stopped or ended the process that measured it"));
    family.assert_all_end();
}

/// Only a process that was there before the contestant can hold a connection after its end: this test.
#[test]
fn one_that_leaves_connections_open_costs_its_row_and_not_the_race() {
    let folder = tempfile::tempdir().unwrap();
    let (told, connected) = (folder.path().join("told"), folder.path().join("connected"));
    let (told_in, connected_in) = (told.display(), connected.display());
    let script = format!(
        "echo $0 >{told_in}.new; mv {told_in}.new {told_in}; until [ -e {connected_in} ]; do sleep 0.01; done; \
         {MEANWHILE} run serial --url $0"
    );
    let with = format!("--with=leaves=sh -c '{script}' {{url}}");
    let race = Command::new(MEANWHILE)
        .args([
            "race",
            "leaves",
            "serial",
            "thread-pool",
            "--latency=20ms",
            "--calls=2",
            "--rounds=2",
            "--json=-",
            &with,
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while !told.exists() {
        assert!(start.elapsed() < Duration::from_secs(20), "the contestant does not start");
        std::thread::sleep(Duration::from_millis(5));
    }
    let url = fs::read_to_string(&told).unwrap();
    let address = url.trim_start_matches("http://").split('/').next().unwrap();
    let _held = TcpStream::connect(address).unwrap();
    fs::write(&connected, "").unwrap();
    let report = report_of(&race.wait_with_output().unwrap().into());
    let failed = |name: &str| {
        let standing = report.results.iter().find(|standing| standing.contestant == name).unwrap();
        (standing.failed.clone(), standing.rounds.len())
    };
    assert_eq!(failed("leaves"), (Some("left connections open behind it".into()), 0));
    assert_eq!((failed("serial"), failed("thread-pool")), ((None, 2), (None, 2)));
}

#[test]
fn one_that_fails_makes_the_exit_status_1_and_the_others_go_on() {
    let with = with("evil", "printf '\\033[2J\\n'");
    let ran = meanwhile(&["race", "serial", "--latency=20ms", "--calls=2", &with]);
    assert!(ran.stdout.contains("printed \"\\u{1b}[2J\""), "{}", ran.stdout);
    assert!(ran.stdout.contains("1.00×") && !ran.stdout.contains('\u{1b}'), "{}", ran.stdout);
    assert_eq!(ran.code, Some(1));
}

#[test]
fn an_interrupt_ends_contestants_and_the_race() {
    let mut family = Family::new();
    let race = family.start_race(SLEEPS);
    family.wait_for_contestant();
    kill_process(Pid::from_child(&race), Signal::INT).unwrap();
    let ran: Ran = race.wait_with_output().unwrap().into();
    assert_eq!(ran.stderr, "meanwhile: interrupted: all that was started has ended\n");
    assert_eq!(ran.code, Some(130));
    family.assert_all_end();
}

#[test]
fn contestants_of_a_race_that_was_killed_end_themselves() {
    let mut family = Family::new();
    let mut race = family.start_race(SLEEPS);
    family.wait_for_contestant();
    race.kill().unwrap();
    race.wait().unwrap();
    family.assert_all_end();
}

/// Kills the race later and later, until its contestant has started several times: so at every step of the start.
#[rstest]
#[case::of_one_process(SLEEPS)]
#[case::of_several_processes(
    "sh -c 'echo started >&9; exec MEANWHILE run per-process --workers 3 --timeout 90s --url {url}'"
)]
#[case::in_sessions_of_their_own(
    "sh -c 'setsid sh -c \"echo started >&9; sleep 60 & exec setsid sleep 60\" & sleep 60'"
)]
#[case::of_orphans_in_sessions_of_their_own(
    "sh -c '(setsid sh -c \"echo started >&9; exec sleep 60\" &); exec setsid sleep 60'"
)]
fn a_race_that_is_killed_at_any_step_of_the_start_leaves_no_process(#[case] contestant: &str) {
    let (mut delay_ms, mut started) = (0, 0);
    while started < 10 && delay_ms < 300 {
        let mut family = Family::new();
        let mut race = family.start_race(contestant);
        std::thread::sleep(Duration::from_millis(delay_ms));
        race.kill().unwrap();
        race.wait().unwrap();
        family.assert_all_end();
        started += u32::from(family.contestant_has_started);
        delay_ms += 1;
    }
}
