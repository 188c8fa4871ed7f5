//! A check ends when it is told to, shows what was found until then, and leaves no process behind.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Output};

use crate::support::family::Family;
use conformance::CheckReport;
use rstest::rstest;
use rustix::process::{Pid, Signal, kill_process};

/// A program that takes longer than any test, once it is asked for anything.
const SLEEPS: &str = "--with=other=sh -c 'echo 0 200 0; sleep 60' {url} {calls}";
/// Answers the first question, and takes longer than any test with the second.
const SLEEPS_LATER: &str =
    "--with=other=sh -c 'if [ -e $0 ]; then sleep 60; else touch $0; fi' FOLDER/asked {url}";

/// Reads standard output until a line starts so, and returns what follows, at the program's end, with its output.
fn after_line(mut child: Child, start: &str, act: impl FnOnce(Pid)) -> (String, Output) {
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    while !line.starts_with(start) {
        line.clear();
        assert_ne!(stdout.read_line(&mut line).expect("text"), 0, "no line starts with {start}");
    }
    act(Pid::from_child(&child));
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).expect("text");
    (rest, child.wait_with_output().expect("it ends"))
}

fn interrupt(process: Pid) {
    kill_process(process, Signal::INT).expect("it runs");
}

#[rstest]
#[case::a_program_at_its_start(SLEEPS)]
#[case::a_program_in_the_middle(SLEEPS_LATER)]
#[case::a_model("epoll-state-machine")]
fn an_interrupt_keeps_what_was_found(#[case] subject: &str) {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("report.json");
    let subject = subject.replace("FOLDER", folder.path().to_str().unwrap());
    let mut family = Family::new();
    let json_argument = format!("--json={}", json.display());
    let later = "--with=later=true {url}";
    let child = family.command(&["check", &subject, later, &json_argument]).spawn().expect("a shell starts");
    let (rest, output) = after_line(child, "checking ", interrupt);
    let stderr = String::from_utf8(output.stderr).unwrap();
    let [wrote, why] = stderr.lines().collect::<Vec<_>>()[..] else { panic!("{stderr}") };
    assert_eq!(wrote, format!("wrote {}", json.display()));
    assert!(why.starts_with("meanwhile: interrupted after "), "{why}");
    assert!(stderr.ends_with("; not reached: later\n"), "{stderr}");
    assert_eq!(output.status.code(), Some(130));
    assert!(rest.contains(" skipped in "), "{rest}");
    let report: CheckReport = serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
    let [findings] = &report.findings[..] else { panic!("{report:?}") };
    let rest = rest.split_whitespace().collect::<Vec<_>>().join(" ");
    let so_far = format!("interrupted after {} of {} rows", findings.rows.len(), findings.all_rows);
    assert_eq!(findings.broken().count(), 0, "{findings:?}");
    assert!(findings.interrupted && findings.rows.len() < findings.all_rows, "{so_far}");
    assert!(stderr.contains(&so_far) && rest.contains(&so_far), "{so_far}: {stderr}{rest}");
    family.assert_all_end();
}

#[rstest]
#[case::a_model("per-process")]
#[case::a_program(SLEEPS)]
fn whatever_a_check_has_started_ends_with_it(#[case] subject: &str) {
    let mut family = Family::new();
    let child = family.command(&["check", subject, "--group=requirement"]).spawn().expect("a shell starts");
    after_line(child, "checking ", |process| {
        std::thread::sleep(std::time::Duration::from_millis(200));
        kill_process(process, Signal::KILL).expect("it runs");
    });
    family.assert_all_end();
}
