//! The grades as CSV: a row for each student, for a spreadsheet or a course's own system.

use std::io::{self, Write};

use exercises::grade::Gradebook;

use crate::text::defused;

/// `student,points,of,NAME…,first_cause,retried`, with a column of points for each exercise.
pub(super) fn write(book: &Gradebook, out: &mut dyn Write) -> io::Result<()> {
    let mut sheet = csv::Writer::from_writer(out);
    let exercises = || book.exercises.iter().map(|column| column.exercise.as_str());
    let head = ["student", "points", "of"].into_iter().chain(exercises()).chain(["first_cause", "retried"]);
    sheet.write_record(head)?;
    for student in &book.students {
        let points = |exercise: &str| {
            let grade = student.grades.iter().find(|grade| grade.exercise == exercise);
            // Not reached before an interrupt is not zero.
            grade.map_or_else(String::new, |grade| grade.points.to_string())
        };
        let cause = student.first_cause().map(|(exercise, cause)| format!("{exercise}: {cause}"));
        let mut row =
            vec![defused(&student.student).into_owned(), student.points.to_string(), student.of.to_string()];
        row.extend(exercises().map(points));
        row.push(defused(&cause.unwrap_or_default()).into_owned());
        row.push(student.retried().to_string());
        sheet.write_record(row)?;
    }
    sheet.flush()
}
