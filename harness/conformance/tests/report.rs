//! What a person reads of findings fits the terminal and holds nothing that could move its cursor.

use conformance::report::Report;
use conformance::{Findings, Row, Tried, Verdict, order_of_requirements};
use rstest::rstest;

fn row(group: &str, name: &str, verdict: Verdict, breaks: Option<&str>) -> Row {
    let (group, name, breaks) = (group.into(), name.into(), breaks.map(String::from));
    Row { group, name, verdict, breaks, took_ms: 1, retried: Vec::new(), note: None }
}

fn findings() -> Findings {
    let broken = |why: &str| Verdict::Broken(why.into());
    let mut findings = Findings::new("student");
    findings.rows = vec![
        row("requirement", "no calls, no outcomes", Verdict::Held, None),
        row(
            "requirement",
            "work is done with each reply",
            broken(&format!("a long word {} and \x1b[2J", "x".repeat(300))),
            Some("work is done with each reply"),
        ),
        row(
            "connect",
            "refused",
            broken("left behind"),
            Some("a run gives back every descriptor and thread"),
        ),
        row("connect", "backlog-full", Verdict::Skipped("too few descriptors".into()), None),
        row("head", "103", broken("ended with reset"), None),
    ];
    findings.find_first_cause(&order_of_requirements());
    findings
}

fn shown(findings: &Findings, width: usize, verbose: bool) -> String {
    let mut report = Report::new(width, verbose);
    let rows: String = findings.rows.iter().map(|row| report.row(row)).collect();
    rows + &report.end(findings)
}

#[rstest]
fn every_line_fits(#[values(40, 60, 80, 120)] width: usize, #[values(true, false)] verbose: bool) {
    let shown = shown(&findings(), width, verbose);
    let widest = shown.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(width), "{shown}");
    assert!(!shown.contains('\x1b'), "{shown}");
}

#[test]
fn the_first_cause_is_the_requirement_that_the_others_rest_on() {
    let findings = findings();
    let cause = findings.first_cause.as_ref().expect("something broke");
    assert_eq!(cause.requirement, "a run gives back every descriptor and thread");
    assert_eq!((cause.row.as_str(), cause.seen.as_str(), cause.rows), ("connect: refused", "left behind", 1));
    assert!(shown(&findings, 80, false).contains("Mend this first: a run gives back every descriptor"));
}

#[test]
fn a_fault_is_the_first_cause_only_when_no_requirement_broke() {
    let mut findings = findings();
    findings.rows.retain(|row| row.breaks.is_none());
    findings.find_first_cause(&order_of_requirements());
    assert_eq!(findings.first_cause.expect("something broke").requirement, "a call survives 103");
}

#[test]
fn nothing_is_to_be_mended_when_all_rows_hold() {
    let mut findings = Findings::new("student");
    findings.add("requirement", "no calls, no outcomes", || Verdict::Held.into());
    findings.find_first_cause(&order_of_requirements());
    assert_eq!(findings.first_cause, None);
}

#[test]
fn held_rows_are_counted_and_named_only_when_asked_for() {
    let findings = findings();
    assert!(shown(&findings, 80, false).contains("requirement: 1 of 2 held\n"));
    assert!(!shown(&findings, 80, false).contains("no calls, no outcomes"));
    assert!(shown(&findings, 80, true).contains("  held no calls, no outcomes\n"));
}

#[test]
fn a_row_that_held_later_says_why_it_did_not_before() {
    let mut findings = Findings::new("student");
    let retried = vec!["too slow".into()];
    findings.add("head", "103", || Tried { verdict: Verdict::Held, retried, note: None });
    assert!(shown(&findings, 80, false).contains("  retried 103: held after 2 attempts: too slow\n"));
}

#[test]
fn the_same_mistake_in_row_after_row_is_shown_three_times_and_then_counted() {
    let leaks = "a run gives back every descriptor and thread";
    let mut findings = Findings::new("student");
    let broken = |at: usize| {
        row("head", &format!("close-at-byte-{at:02}"), Verdict::Broken("left".into()), Some(leaks))
    };
    findings.rows = (0..10).map(broken).collect();
    let shown = shown(&findings, 80, false);
    assert_eq!(shown.matches("BROKEN close-at-byte").count(), 3, "{shown}");
    assert!(
        shown.contains("  and 7 more rows: BROKEN a run gives back every descriptor and thread\n"),
        "{shown}"
    );
}
