//! Grades as lines, as CSV and as JUnit XML, with names and words that students may choose.

use exercises::grade::{Column, Enclosing, Grade, Gradebook, Graded, Problem, Student};

use super::{junit, sheet, table};

const CAUSE: &str = "an answer may come in parts: call 0 ended with incomplete, not with 200 \"0\"";

fn graded(requirement: &str, seen: Option<&str>, retried: &[&str]) -> Graded {
    Graded {
        requirement: requirement.into(),
        points: 5,
        held: seen.is_none(),
        seen: seen.map(String::from),
        retried: retried.iter().map(|why| (*why).to_owned()).collect(),
    }
}

fn student(name: &str, grade: Grade) -> Student {
    Student { student: name.into(), points: grade.points, of: grade.of, grades: vec![grade] }
}

/// One who has half of it after a retry, one whose crate does not compile, and one who plays with names.
fn book() -> Gradebook {
    let half = Grade {
        exercise: "blocking-call".into(),
        points: 5,
        of: 10,
        first_cause: Some(CAUSE.into()),
        problem: None,
        requirements: vec![
            graded("a call waits until its answer comes", None, &["used 3 ms"]),
            graded("an answer may come in parts", Some("</failure>&\" ended with incomplete"), &[]),
        ],
    };
    let none = |problem: Problem| Grade {
        points: 0,
        first_cause: Some(problem.sentence()),
        problem: Some(problem),
        requirements: Vec::new(),
        ..half.clone()
    };
    let not_built = none(Problem::NotBuilt("error[E0308]: mismatched types (src/call.rs:17:5)".into()));
    let missing = none(Problem::NotSubmitted("src/call.rs is missing".into()));
    let column = Column { exercise: "blocking-call".into(), title: "The blocking call".into(), points: 10 };
    let students = vec![
        student("anna", half),
        student("bob", not_built),
        student("=cmd|' /C calc'!A0 <b>\u{1b}[2J", missing),
    ];
    Gradebook::new(Enclosing::Whole, vec![column], students)
}

#[test]
fn each_student_has_a_line_that_fits_a_narrow_terminal() {
    let shown = table::table(&book(), 80);
    for line in ["anna                        5        5", "bob                         x        0"] {
        assert!(shown.lines().any(|other| other == line), "{shown}");
    }
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    assert!(shown.contains("    1 verdict needed a retry"), "{shown}");
    assert!(shown.contains("  1 of 1: blocking-call: an answer may come in parts"), "{shown}");
    assert!(!shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn a_cell_that_a_spreadsheet_would_compute_is_text() {
    let mut written = Vec::new();
    sheet::write(&book(), &mut written).unwrap();
    let mut sheet = csv::Reader::from_reader(&written[..]);
    let head = sheet.headers().unwrap().clone();
    assert_eq!(head, ["student", "points", "of", "blocking-call", "first_cause", "retried"][..]);
    let rows: Vec<_> = sheet.records().map(Result::unwrap).collect();
    assert_eq!(rows[0], ["anna", "5", "10", "5", &format!("blocking-call: {CAUSE}"), "1"][..]);
    assert!(rows[2][0].starts_with("'=cmd"), "{:?}", rows[2]);
}

#[test]
fn junit_is_xml_whatever_a_student_is_called() {
    let xml = junit::junit(&book());
    let document = roxmltree::Document::parse(&xml).unwrap();
    let cases = |suite: &str| {
        let suite = document.descendants().find(|node| node.attribute("name") == Some(suite)).unwrap();
        suite.children().filter(|case| case.has_tag_name("testcase")).collect::<Vec<_>>()
    };
    let [held, broken] = cases("anna")[..] else { panic!("{xml}") };
    assert_eq!(held.first_element_child().unwrap().tag_name().name(), "flakyFailure");
    let failure = broken.first_element_child().unwrap();
    assert_eq!(failure.attribute("message"), Some("</failure>&\" ended with incomplete"));
    let [not_built] = cases("bob")[..] else { panic!("{xml}") };
    assert_eq!(not_built.first_element_child().unwrap().tag_name().name(), "error");
}
