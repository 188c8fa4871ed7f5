//! What was found for each student and each exercise, and for the class.

use std::collections::BTreeMap;

use conformance::{Findings, Verdict, printable};
use serde::Serialize;

use super::Enclosing;
use super::enclosure::Over;
use crate::{Exercise, Judged};

/// Characters that are kept of a reason.
const REASON: usize = 400;

/// The grades of a class; what `meanwhile grade --json` writes.
#[derive(Clone, Debug, Serialize)]
pub struct Gradebook {
    /// `meanwhile.grade/1`
    pub schema: &'static str,
    /// How far submissions were kept from the rest of the system.
    pub enclosing: Enclosing,
    /// What was graded, in the order of the course.
    pub exercises: Vec<Column>,
    /// In the order of their names.
    pub students: Vec<Student>,
    /// What students miss, the most frequent first. Students without a program that could be judged are not counted.
    pub missed: Vec<Missed>,
}

/// An exercise that was graded.
#[derive(Clone, Debug, Serialize)]
pub struct Column {
    /// The name of its folder.
    pub exercise: String,
    /// What it is called in the list.
    pub title: String,
    /// What it is worth.
    pub points: u32,
}

/// One student, and a grade for each exercise.
#[derive(Clone, Debug, Serialize)]
pub struct Student {
    /// The name of the folder.
    pub student: String,
    /// The sum of all grades.
    pub points: u32,
    /// What all exercises are worth.
    pub of: u32,
    /// In the order of the course; without those that were not reached before an interrupt.
    pub grades: Vec<Grade>,
}

/// One exercise of one student.
#[derive(Clone, Debug, Serialize)]
pub struct Grade {
    /// The exercise.
    pub exercise: String,
    /// The points of the requirements that held.
    pub points: u32,
    /// All points.
    pub of: u32,
    /// What to mend first; nothing if all requirements held.
    pub first_cause: Option<String>,
    /// Why not every requirement was tried, if not.
    pub problem: Option<Problem>,
    /// In the order of the exercise; none if no program could be judged.
    pub requirements: Vec<Graded>,
}

/// What became of one requirement.
#[derive(Clone, Debug, Serialize)]
pub struct Graded {
    /// The sentence.
    pub requirement: String,
    /// What it is worth.
    pub points: u32,
    /// Whether it held.
    pub held: bool,
    /// What was seen, if it did not hold.
    pub seen: Option<String>,
    /// Why each attempt before the last one failed: such a verdict has needed a retry.
    pub retried: Vec<String>,
}

/// Why there is no whole judgement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Problem {
    /// A file is missing, or cannot be taken.
    NotSubmitted(String),
    /// It does not compile, or not within the limits.
    NotBuilt(String),
    /// No requirement could be tried.
    NotJudged(String),
    /// Its time was over before all requirements were tried.
    Unfinished(String),
}

/// A requirement that students miss.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missed {
    /// The exercise.
    pub exercise: String,
    /// The sentence.
    pub requirement: String,
    /// How many students miss it.
    pub students: usize,
    /// How many were judged by it.
    pub of: usize,
}

impl Problem {
    /// What it is, and why.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::NotSubmitted(why) => format!("not handed in: {why}"),
            Self::NotBuilt(why) => format!("not built: {why}"),
            Self::NotJudged(why) => format!("not judged: {why}"),
            Self::Unfinished(why) => format!("unfinished: {why}"),
        }
    }
}

impl Grade {
    /// No points, and why.
    pub(super) fn none(exercise: &Exercise, problem: Problem) -> Self {
        let first_cause = Some(shown(&problem.sentence()));
        let (exercise, of) = (exercise.name.clone(), exercise.points());
        Self { exercise, points: 0, of, first_cause, problem: Some(problem), requirements: Vec::new() }
    }

    /// What the suite has found; `over` has the rows in which a limit was met.
    pub(super) fn of(exercise: &Exercise, mut findings: Findings, over: &[Over], seconds: u64) -> Self {
        for row in &mut findings.rows {
            if let (Verdict::Broken(why), Some(over)) =
                (&mut row.verdict, over.iter().find(|over| over.row == row.name))
            {
                why.clone_from(&over.why);
            }
        }
        let problem = findings.interrupted.then(|| {
            let (tried, all) = (findings.rows.len(), findings.all_rows);
            Problem::Unfinished(format!(
                "ended after {seconds} s, when {tried} of {all} requirements were tried"
            ))
        });
        let cause = findings.first_cause.as_ref();
        let cause = cause.map(|cause| shown(&format!("{}: {}", cause.requirement, cause.seen)));
        // A limit explains what else was seen.
        let limit = over.first().map(|over| shown(&format!("{}: {}", over.row, over.why)));
        let first_cause = limit.or(cause).or_else(|| problem.as_ref().map(Problem::sentence));
        let requirements = requirements(exercise, &findings);
        let Judged { points, of, .. } = Judged::of(findings, exercise);
        Self { exercise: exercise.name.clone(), points, of, first_cause, problem, requirements }
    }

    /// How many of its requirements held only when they were tried again.
    #[must_use]
    pub fn retried(&self) -> usize {
        self.requirements.iter().filter(|graded| graded.held && !graded.retried.is_empty()).count()
    }
}

fn requirements(exercise: &Exercise, findings: &Findings) -> Vec<Graded> {
    let graded = exercise.requirements.iter().map(|requirement| {
        let row = findings.rows.iter().find(|row| row.name == requirement.name);
        let seen = match row.map(|row| &row.verdict) {
            Some(Verdict::Held) => None,
            Some(Verdict::Broken(why)) => Some(shown(why)),
            Some(Verdict::Skipped(why)) => Some(format!("not tried: {}", shown(why))),
            None => Some("not tried".into()),
        };
        let retried = row.map(|row| row.retried.iter().map(|why| shown(why)).collect()).unwrap_or_default();
        let (name, points) = (requirement.name.clone(), requirement.points);
        Graded { requirement: name, points, held: seen.is_none(), seen, retried }
    });
    graded.collect()
}

/// A student's program may have chosen the words.
fn shown(text: &str) -> String {
    printable(text.as_bytes(), REASON)
}

impl Student {
    /// The first exercise that is not whole, and why.
    #[must_use]
    pub fn first_cause(&self) -> Option<(&str, &str)> {
        let causes =
            self.grades.iter().filter_map(|grade| Some((&*grade.exercise, grade.first_cause.as_deref()?)));
        causes.into_iter().next()
    }

    /// How many verdicts have needed a retry.
    #[must_use]
    pub fn retried(&self) -> usize {
        self.grades.iter().map(Grade::retried).sum()
    }
}

impl Gradebook {
    /// All of it, with what the class misses.
    #[must_use]
    pub fn new(enclosing: Enclosing, exercises: Vec<Column>, students: Vec<Student>) -> Self {
        let missed = missed(&students);
        Self { schema: "meanwhile.grade/1", enclosing, exercises, students, missed }
    }
}

impl From<&Exercise> for Column {
    fn from(exercise: &Exercise) -> Self {
        let Exercise { name, title, .. } = exercise;
        Self { exercise: name.clone(), title: title.clone(), points: exercise.points() }
    }
}

fn missed(students: &[Student]) -> Vec<Missed> {
    let mut counts: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    for grade in students.iter().flat_map(|student| &student.grades) {
        for graded in &grade.requirements {
            let (students, of) = counts.entry((&grade.exercise, &graded.requirement)).or_default();
            *students += usize::from(!graded.held);
            *of += 1;
        }
    }
    counts.retain(|_, (students, _)| *students > 0);
    let missed = counts.into_iter().map(|((exercise, requirement), (students, of))| Missed {
        exercise: exercise.into(),
        requirement: requirement.into(),
        students,
        of,
    });
    let mut missed: Vec<_> = missed.collect();
    missed.sort_by_key(|missed| std::cmp::Reverse(missed.students));
    missed
}
