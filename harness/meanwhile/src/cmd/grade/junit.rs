//! The grades as JUnit XML: a suite for each student, a case for each requirement, as systems of courses read them.

use conformance::printable;
use exercises::grade::{Grade, Gradebook, Graded, Student};
use svg::Node;
use svg::node::element::Element;

/// Characters of a name.
const NAME: usize = 200;

/// The whole document.
pub(super) fn junit(book: &Gradebook) -> String {
    let mut suites = Element::new("testsuites");
    suites.assign("name", "meanwhile grade");
    book.students.iter().for_each(|student| suites.append(suite(student)));
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{suites}\n")
}

fn suite(student: &Student) -> Element {
    let cases: Vec<_> = student.grades.iter().flat_map(|grade| cases(student, grade)).collect();
    let graded = || student.grades.iter().flat_map(|grade| &grade.requirements);
    let errors = student.grades.iter().filter(|grade| grade.problem.is_some()).count();
    let mut suite = Element::new("testsuite");
    suite.assign("name", name(&student.student));
    suite.assign("tests", cases.len());
    suite.assign("failures", graded().filter(|graded| !graded.held).count());
    suite.assign("errors", errors);
    cases.into_iter().for_each(|case| suite.append(case));
    suite
}

/// A case for each requirement, and one for why there is no whole judgement, if so.
fn cases(student: &Student, grade: &Grade) -> Vec<Element> {
    let class = format!("{}.{}", name(&student.student), grade.exercise);
    let problem = grade.problem.as_ref().map(|problem| {
        let mut case = case(&class, "it is handed in, built and judged");
        case.append(said("error", &problem.sentence()));
        case
    });
    let requirements = grade.requirements.iter().map(|graded| requirement(&class, graded));
    problem.into_iter().chain(requirements).collect()
}

fn requirement(class: &str, graded: &Graded) -> Element {
    let mut case = case(class, &graded.requirement);
    if let Some(seen) = &graded.seen {
        case.append(said("failure", seen));
    }
    // As other tools name attempts before the last one.
    let attempt = if graded.held { "flakyFailure" } else { "rerunFailure" };
    graded.retried.iter().for_each(|why| case.append(said(attempt, why)));
    case
}

fn case(class: &str, requirement: &str) -> Element {
    let mut case = Element::new("testcase");
    case.assign("classname", class);
    case.assign("name", requirement);
    case
}

fn said(what: &str, why: &str) -> Element {
    let mut element = Element::new(what);
    element.assign("message", printable(why.as_bytes(), usize::MAX));
    element
}

fn name(student: &str) -> String {
    printable(student.as_bytes(), NAME)
}
