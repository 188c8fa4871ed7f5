//! Programs that cheat have no result, or the one that they deserve; honest ones of the same kind have theirs.
//!
//! *What is deliberately missing*: cheats in Rust. They are in Python, as most contestants are; without it they are skipped.

use std::process::{Command, Stdio};

use crate::support::family::Family;
use crate::support::{MEANWHILE, cpu_s, meanwhile, only, report_of};
use meanwhile::race::Standing;
use rstest::rstest;

/// Where the programs are.
const CHEATS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/cheats");
const HONEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src/contestants");

/// The command with the folders in it; `None`, with a line that says so, where its interpreter is missing.
fn command(words: &str) -> Option<String> {
    let starts = |program: &str| {
        let mut command = Command::new(program);
        command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    for program in ["python3", "curl"] {
        if words.contains(program) && !starts(program) {
            eprintln!("skipped: {program} is not there");
            return None;
        }
    }
    let words = words.replace("CHEATS", CHEATS).replace("HONEST", HONEST).replace("MEANWHILE", MEANWHILE);
    Some(words)
}

/// What makes a race of two calls, which an interpreter has the time for.
const RACE: [&str; 7] =
    ["race", "other", "--calls=2", "--latency=300ms", "--timeout=10s", "--patience=10s", "--json=-"];

fn race_alone(command: &str) -> Standing {
    let with = format!("--with=other={command}");
    only(report_of(&meanwhile(&[&RACE[..], &[&with]].concat())))
}

#[rstest]
#[case::other_requests("python3 CHEATS/keep_alive.py {url} {calls} /status/200", "no request for it")]
#[case::another_call(
    "python3 CHEATS/keep_alive.py {url} {calls} /echo/0",
    "call 0 was answered \"0\", not \"0-"
)]
#[case::another_latency(
    "python3 CHEATS/keep_alive.py {url} {calls} /echo/CALL?latency_ms=0",
    "no request for it"
)]
#[case::one_connection(
    "python3 CHEATS/keep_alive.py {url} {calls} /echo/CALL",
    "on a connection that had one before"
)]
#[case::a_report_of_its_own(
    "python3 CHEATS/forged_report.py {url} {calls}",
    "ended the process that measured it"
)]
#[case::a_child_that_prints_later(
    "python3 CHEATS/leader_gone.py {url} {calls}",
    "it ended before the processes that it started"
)]
fn a_cheat_has_no_result_and_its_row_says_why(#[case] words: &str, #[case] reason: &str) {
    let Some(command) = command(words) else { return };
    let standing = race_alone(&command);
    let failed = standing.failed.expect("a reason");
    assert!(failed.contains(reason), "{failed}");
    assert_eq!(standing.median, None);
}

#[test]
fn the_work_of_a_hidden_process_is_counted_and_the_process_is_ended() {
    let Some(command) = command("python3 CHEATS/hidden_worker.py {url} {calls} 0.4") else { return };
    let mut family = Family::new();
    let standing = family.race(&RACE, &command);
    assert_eq!(standing.failed, None);
    let round = standing.median.expect("a result");
    assert!(cpu_s(&round) >= 0.4, "{round:?}");
    assert_eq!(round.left_behind, 1);
    family.assert_all_end();
}

/// The kernel adds the time of a child that is never waited for to no account.
#[test]
fn the_work_of_a_child_that_is_never_waited_for_is_counted() {
    let Some(command) = command("python3 CHEATS/forgotten_child.py {url} {calls} 0.4") else { return };
    let standing = race_alone(&command);
    let round = standing.median.unwrap_or_else(|| panic!("{:?}", standing.failed));
    assert!(cpu_s(&round) > 0.3, "{round:?}");
}

#[rstest]
#[case("sh HONEST/curl.sh {url} {calls}")]
#[case("python3 HONEST/threads.py {url} {calls}")]
#[case("python3 HONEST/asyncio_streams.py {url} {calls}")]
#[case("MEANWHILE run per-process --url {url} --calls {calls}")]
fn an_honest_program_has_a_result(#[case] words: &str) {
    let Some(command) = command(words) else { return };
    let standing = race_alone(&command);
    assert_eq!(standing.failed, None);
    assert!(standing.median.is_some_and(|median| median.ok == 2 && median.left_behind == 0));
}
