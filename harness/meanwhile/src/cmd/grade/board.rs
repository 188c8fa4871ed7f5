//! Moving lines while a class is graded: how far it is, and what is built and judged now.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use conformance::printable;
use exercises::grade::Progress;

use crate::moving::MovingLines;

/// Characters of a student's name.
const NAME: usize = 30;

/// The lines. Dropping them erases them.
pub(super) struct Board(Mutex<State>);

struct State {
    screen: MovingLines,
    all: usize,
    graded: usize,
    /// What is done for which exercise of which student.
    running: BTreeMap<(String, String), String>,
}

impl Board {
    pub(super) fn new(all: usize) -> Self {
        Self(Mutex::new(State { screen: MovingLines::new(), all, graded: 0, running: BTreeMap::new() }))
    }

    pub(super) fn on(&self, progress: Progress<'_>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.note(progress);
        let lines = state.lines();
        state.screen.draw(|_, _| lines);
    }
}

impl State {
    fn note(&mut self, progress: Progress<'_>) {
        let key = |student: &str, exercise: &str| (printable(student.as_bytes(), NAME), exercise.to_owned());
        match progress {
            Progress::Shares(exercise) => {
                self.running.clear();
                self.running.insert(key("", exercise), "builds what all submissions share".into());
            }
            Progress::Builds(student, exercise) => {
                self.running.retain(|(student, _), _| !student.is_empty());
                self.running.insert(key(student, exercise), "builds".into());
            }
            Progress::Judges(student, exercise, tried, all) => {
                self.running.insert(key(student, exercise), format!("{tried} of {all} requirements tried"));
            }
            Progress::Graded(student, grade) => {
                self.graded += 1;
                self.running.remove(&key(student, &grade.exercise));
            }
        }
    }

    fn lines(&self) -> Vec<String> {
        let running = self.running.iter().map(|((student, exercise), what)| {
            let of = if student.is_empty() { exercise.clone() } else { format!("{student}: {exercise}") };
            format!("  {of}: {what}")
        });
        std::iter::once(format!("  {} of {} graded", self.graded, self.all)).chain(running).collect()
    }
}
