//! The grades as lines for a person: a row for each student, and what the class misses most.

use conformance::printable;
use exercises::grade::{Grade, Gradebook, Missed, Problem, Student};

use crate::screen::wrapped;

/// Columns where standard output is no terminal.
pub(super) const PIPED_WIDTH: usize = 100;
/// Columns of a student's name, at most.
const NAME: usize = 24;
/// Columns of an exercise's points.
const POINTS: usize = 5;
/// Columns of the sum.
const SUM: usize = 9;
/// How many requirements are shown that are missed.
const MISSED: usize = 5;

/// All lines.
pub(super) fn table(book: &Gradebook, width: usize) -> String {
    let longest = book.students.iter().map(|student| student.student.chars().count()).max().unwrap_or(0);
    let name = longest.clamp("student".len(), NAME);
    let mut lines = head(book, name);
    for student in &book.students {
        lines.push(row(book, student, name));
        lines.extend(remarks(student).iter().map(|remark| indented("    ", remark, width)));
    }
    lines.extend(missed(book, width));
    lines.join("\n") + "\n"
}

/// What each column is, and what it is worth.
fn head(book: &Gradebook, name: usize) -> Vec<String> {
    let numbered = book.exercises.iter().enumerate();
    let mut lines: Vec<_> = numbered
        .clone()
        .map(|(at, column)| format!("{:>3}  {}: {}", at + 1, column.exercise, column.title))
        .collect();
    let numbers: String = numbered.map(|(at, _)| format!("{:>POINTS$}", at + 1)).collect();
    let worth: String = book.exercises.iter().map(|column| format!("{:>POINTS$}", column.points)).collect();
    let all: u32 = book.exercises.iter().map(|column| column.points).sum();
    lines.push(String::new());
    lines.push(format!("{:name$}{numbers}{:>SUM$}", "student", "points"));
    lines.push(format!("{:name$}{worth}{all:>SUM$}", "(of)"));
    lines
}

fn row(book: &Gradebook, student: &Student, name: usize) -> String {
    let cell = |exercise: &str| {
        let grade = student.grades.iter().find(|grade| grade.exercise == exercise);
        grade.map_or_else(String::new, mark)
    };
    let cells: String =
        book.exercises.iter().map(|column| format!("{:>POINTS$}", cell(&column.exercise))).collect();
    format!("{:name$}{cells}{:>SUM$}", printable(student.student.as_bytes(), name), student.points)
}

/// The points, or why there are none.
fn mark(grade: &Grade) -> String {
    match &grade.problem {
        Some(Problem::NotSubmitted(_)) => "-".into(),
        Some(Problem::NotBuilt(_) | Problem::NotJudged(_)) => "x".into(),
        Some(Problem::Unfinished(_)) | None => grade.points.to_string(),
    }
}

/// What to mend first, and whether a verdict needed a retry.
fn remarks(student: &Student) -> Vec<String> {
    let cause = student.first_cause().map(|(exercise, cause)| format!("{exercise}: {cause}"));
    let retried = match student.retried() {
        0 => None,
        1 => Some("1 verdict needed a retry".into()),
        more => Some(format!("{more} verdicts needed a retry")),
    };
    cause.into_iter().chain(retried).collect()
}

/// The text behind some columns, and two more from its second line on.
fn indented(columns: &str, text: &str, width: usize) -> String {
    columns.to_owned() + &wrapped(text, width.saturating_sub(columns.len()), &format!("{columns}  "))
}

/// The requirements that most students miss.
fn missed(book: &Gradebook, width: usize) -> Vec<String> {
    let missed = &book.missed;
    if missed.is_empty() {
        return Vec::new();
    }
    let line = |missed: &Missed| {
        let Missed { exercise, requirement, students, of } = missed;
        indented("  ", &format!("{students} of {of}: {exercise}: {requirement}"), width)
    };
    let mut lines = vec![String::new(), "Missed most, of those whose program could be judged:".into()];
    lines.extend(missed.iter().take(MISSED).map(line));
    if missed.len() > MISSED {
        lines.push(format!("  and {} more, which --json has", missed.len() - MISSED));
    }
    lines
}
