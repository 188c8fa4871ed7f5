//! `meanwhile check` holds any program against what it can show, and believes none without evidence.

use std::process::Command;

use crate::support::{MEANWHILE, Ran, meanwhile, with};
use conformance::{CheckReport, Findings, Row, Verdict};
use rstest::rstest;

/// A model as a program, which takes all that a command has a place for.
const MODEL: &str = "MEANWHILE run generator-style --url {url} --calls {calls} --timeout {timeout_ms}ms --in-flight {in_flight}";

/// What becomes of these rows with this command; `MEANWHILE` in it is the program.
fn check(command: &str, rows: &[&str]) -> Findings {
    let with = with("other", command);
    let ran = meanwhile(&[&["check", "--json=-", &with], rows].concat());
    let report: CheckReport =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stderr));
    assert_eq!(report.schema, "meanwhile.check/3");
    report.findings.into_iter().next().expect("one program")
}

fn only_row(findings: Findings) -> Row {
    let [row] = <[Row; 1]>::try_from(findings.rows).expect("one row");
    row
}

#[rstest]
#[case("requirement", 5)]
#[case("connect", 9)]
fn a_model_as_a_program_holds_all_rows(#[case] group: &str, #[case] rows: usize) {
    let findings = check(MODEL, &["--group", group]);
    let broken: Vec<_> = findings.broken().collect();
    assert!(broken.is_empty(), "{broken:?}");
    assert_eq!((findings.skipped().count(), findings.rows.len()), (0, rows));
}

#[rstest]
#[case::waits_for_each("MEANWHILE run serial --url {url} --calls {calls}", "same time", "1 call in flight")]
#[case::answers_twice(
    "sh -c 'MEANWHILE run serial --url {url} --calls {calls}; echo 0 200 0'",
    "own answer",
    "call 0 twice"
)]
#[case::drops_one(
    "sh -c 'MEANWHILE run serial --url {url} --calls {calls} | head -n 1'",
    "own answer",
    "no answer for"
)]
#[case::gives_up(
    "sh -c 'MEANWHILE run serial --url {url} --calls {calls} | sed \"/ - /,$ d\"'",
    "hides",
    "0 lines with call 3 and its failure"
)]
#[case::asks_for_more(
    "MEANWHILE run generator-style --url {url} --calls {calls} --timeout {in_flight}0s",
    "never more",
    "had 12 calls in flight where 4 were allowed"
)]
#[case::says_nothing(
    "sh -c 'MEANWHILE run serial --url {url} --calls {calls} | grep -v -- -'",
    "refused",
    "0 lines for one call"
)]
#[case::makes_it_up(
    "sh -c 'echo 0 200 ok' {url}",
    "refused",
    "status 200 and 2 bytes, not with connect-refused"
)]
#[case::moves_the_cursor("printf '\\033[2J\\n' {url}", "refused", "printed \"\\u{1b}[2J\"")]
#[case::prints_without_end("sh -c 'yes | head -c 1000000' {url}", "refused", "far more than its answer")]
fn a_program_that_breaks_a_row_does_so_for_the_right_reason(
    #[case] command: &str,
    #[case] row: &str,
    #[case] reason: &str,
) {
    let findings = check(command, &["--only", row]);
    let broken = findings.broken().find(|(broken, _)| broken.name.contains(row));
    assert!(broken.is_some_and(|(_, why)| why.contains(reason)), "{findings:?}");
}

#[test]
fn a_failure_may_have_any_name_and_it_is_shown() {
    let row = only_row(check("printf '0 - nobody \\033 home\\n' {url}", &["--only", "ipv6-refused"]));
    assert_eq!((row.verdict, row.note.as_deref()), (Verdict::Held, Some("nobody \\u{1b} home")));
}

#[test]
fn what_only_a_deadline_ends_is_for_programs_that_take_one() {
    let without = "MEANWHILE run serial --url {url} --calls {calls}";
    let skipped = only_row(check(without, &["--only", "never-answered"]));
    assert!(matches!(skipped.verdict, Verdict::Skipped(why) if why.contains("no {timeout_ms}")));
    let with = format!("{without} --timeout {{timeout_ms}}ms");
    assert_eq!(only_row(check(&with, &["--only", "never-answered"])).verdict, Verdict::Held);
}

#[test]
fn a_program_that_cannot_be_started_is_one_line() {
    let ran = meanwhile(&["check", "--with=other=/no/such/program {url}"]);
    let line = "meanwhile: cannot check other: it could not be started: /no/such/program: No such file or directory (os error 2)\n";
    assert_eq!((ran.stderr.as_str(), ran.code), (line, Some(1)));
}

#[rstest]
#[case(&["check", "serial", "--only=no such row"], "omit --only to try all rows")]
#[case(&["check", "serial", "--json=/no/such/folder/report.json"], "choose a file that can be written")]
#[case(&["check", "seriel"], "did you mean serial")]
#[case(&["check", "--with=serial=true {url}"], "serial is a model's name")]
#[case::cannot_be_told_what_to_call(&["check", "--with=other=true"], "{url}")]
#[case::has_no_place_for_what_is_asked(
    &["check", "--with=other=echo {url}", "--only=never more", "--json=/dev/null"],
    "no row of other can be tried: the command has no {in_flight}"
)]
fn wrong_usage_is_one_line_with_a_cure(#[case] arguments: &[&str], #[case] cure: &str) {
    let ran = meanwhile(arguments);
    assert!(ran.stderr.contains(cure) && ran.stderr.lines().count() == 1, "{}", ran.stderr);
    assert_eq!(ran.code, Some(2));
}

#[test]
fn several_subjects_end_with_one_matrix_of_what_broke() {
    let liar = with("liar", "echo 0 200 ok");
    let ran = meanwhile(&["check", "serial", "generator-style", &liar, "--only=reset-at-byte-00"]);
    let matrix = ran.stdout.split("\n\n  1 serial: 2 held").nth(1).expect("a matrix");
    assert!(matrix.contains("1  2  3\nhead: reset-at-byte-00"), "{matrix}");
    assert!(matrix.ends_with("  .  .  X\n"), "{matrix}");
    assert_eq!(ran.code, Some(1));
}

#[test]
fn broken_rows_are_told_in_full_held_ones_counted_and_the_first_cause_at_the_end() {
    let lies = "--with=liar=sh -c 'echo 0 200 ok' {url}";
    let ran = meanwhile(&["check", lies, "--group=connect", "--only=ipv6"]);
    let broken = "BROKEN ipv6-refused: ended with status 200 and 2 bytes, not with connect-refused";
    assert!(ran.stdout.contains(broken), "{}", ran.stdout);
    assert!(ran.stdout.contains("connect: 1 of 3 held\nliar: 1 held, 1 broken, 1 skipped"), "{}", ran.stdout);
    let end =
        ran.stdout.split_once("Mend this first: a call survives ipv6-refused\n").expect("a first cause").1;
    assert!(end.contains("contract A call ends as hyper's client ends it"), "{end}");
    assert!(end.ends_with("read     docs/src/faults.md\n"), "{end}");
}

#[test]
fn verbose_names_what_held_too() {
    let ran = meanwhile(&["check", "serial", "--only=no calls", "--verbose"]);
    assert!(ran.stdout.contains("  held no calls, no outcomes\n"), "{}", ran.stdout);
}

#[test]
fn rows_that_take_more_descriptors_than_there_are_say_so() {
    let limited = "ulimit -n 200; exec \"$0\" check epoll-state-machine --only 'a thousand calls' --json=-";
    let output = Command::new("sh").args(["-c", limited, MEANWHILE]).output().expect("a shell");
    let ran = Ran::from(output);
    let report: CheckReport = serde_json::from_str(&ran.stdout).expect("JSON");
    let (row, why) = report.findings[0].skipped().next().expect("a skipped row");
    assert_eq!(row.name, "a thousand calls, one in ten failing");
    assert!(why.contains("descriptors, and a process may have 200 here"), "{why}");
}

#[test]
fn every_line_fits_a_projector() {
    let liar = with("liar", "echo 0 200 ok");
    let ran = meanwhile(&["check", "serial", &liar, "--group=request", "--verbose"]);
    let widest = ran.stdout.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{}", ran.stdout);
}
