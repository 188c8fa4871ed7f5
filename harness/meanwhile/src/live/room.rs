//! The predictions of a room: numbers, without names.
//!
//! *What to notice*: a page for predictions has a token, and a token is good for one answer. Nothing of a person is kept.
//!
//! *What is deliberately missing*: a way to know who answers. Who reloads the page gets another token; in a lesson that is
//! good enough.

use std::collections::HashMap;
use std::io::{IsTerminal, stdin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use timeline::page::{Ballot, Candidate, Guesses, Section};

use super::Prediction;

/// The most pages for predictions that are given out.
const MOST_TOKENS: usize = 2_000;

/// No time that is predicted is longer, in seconds.
const LONGEST_S: f64 = 3_600.0;

/// The room, before the race and after it.
pub(super) struct Room {
    what: Prediction,
    /// What every contestant has to do: `100 calls, each answered after 1 s`.
    pub(super) task: String,
    contestants: Vec<Candidate>,
    /// Lets the one who has the first page start the race.
    pub(super) start_token: String,
    has_started: AtomicBool,
    /// The answer that came with each token: a number for each contestant, or nothing yet.
    answers: Mutex<HashMap<String, Option<Vec<f64>>>>,
}

/// What a browser sends.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    token: String,
    values: Vec<f64>,
}

/// Why an answer does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The race has started.
    TooLate,
    /// There is no such token.
    UnknownToken,
    /// The token was used.
    Twice,
    /// It is no prediction of this race.
    NoPrediction,
}

impl Room {
    pub(super) fn new(what: Prediction, task: String, contestants: Vec<Candidate>) -> Self {
        Self {
            what,
            task,
            contestants,
            start_token: token(),
            has_started: AtomicBool::new(false),
            answers: Mutex::default(),
        }
    }

    pub(super) fn has_started(&self) -> bool {
        self.has_started.load(Ordering::Acquire)
    }

    pub(super) fn start(&self) {
        self.has_started.store(true, Ordering::Release);
    }

    /// How many have predicted.
    pub(super) fn predictions(&self) -> usize {
        self.answers().values().flatten().count()
    }

    /// A page to predict with; nothing once there are too many.
    pub(super) fn ballot(&self) -> Option<Section> {
        let mut answers = self.answers();
        if answers.len() >= MOST_TOKENS {
            return None;
        }
        let token = token();
        answers.insert(token.clone(), None);
        let (unit, most) = self.unit();
        let contestants = self.contestants.clone();
        Some(Section::Ballot(Ballot { heading: self.question().into(), contestants, unit, most, token }))
    }

    /// Takes an answer; how many there are then.
    pub(super) fn answer(&self, answer: Answer) -> Result<usize, Refusal> {
        if self.has_started() {
            return Err(Refusal::TooLate);
        }
        let mut answers = self.answers();
        let place = answers.get_mut(&answer.token).ok_or(Refusal::UnknownToken)?;
        if place.is_some() {
            return Err(Refusal::Twice);
        }
        if !self.is_prediction(&answer.values) {
            return Err(Refusal::NoPrediction);
        }
        *place = Some(answer.values);
        Ok(answers.values().flatten().count())
    }

    /// A number for each contestant: seconds, or a place, which those that tie share as they do in a race.
    fn is_prediction(&self, values: &[f64]) -> bool {
        let (_, most) = self.unit();
        let is_in_range = |value: &f64| value.is_finite() && (0.0..=most).contains(value);
        let is_place = |value: &f64| *value >= 1.0 && value.fract() == 0.0;
        values.len() == self.contestants.len()
            && values.iter().all(is_in_range)
            && (self.what == Prediction::Time || values.iter().all(is_place))
    }

    fn unit(&self) -> (String, f64) {
        match self.what {
            Prediction::Time => ("seconds".into(), LONGEST_S),
            Prediction::Order => ("place".into(), self.contestants.len() as f64),
        }
    }

    const fn question(&self) -> &'static str {
        match self.what {
            Prediction::Time => "How many seconds does each of them take?",
            Prediction::Order => "Which place does each of them take? Those that tie have the same one.",
        }
    }

    /// All predictions over what was measured.
    pub(super) fn section(&self, measured: impl Fn(&str, Prediction) -> Option<f64>) -> Section {
        let answers = self.answers();
        let of =
            |at: usize| answers.values().flatten().filter_map(|values| values.get(at).copied()).collect();
        let guesses = |(at, Candidate { name, .. }): (usize, &Candidate)| Guesses {
            name: name.clone(),
            values: of(at),
            measured: measured(name, self.what),
        };
        Section::Predictions {
            heading: "What the room predicted".into(),
            unit: self.unit().0,
            guesses: self.contestants.iter().enumerate().map(guesses).collect(),
        }
    }

    fn answers(&self) -> MutexGuard<'_, HashMap<String, Option<Vec<f64>>>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether Enter on the terminal starts the race, which it does from now on.
pub(super) fn starts_with_enter(room: &Arc<Room>) -> bool {
    if !stdin().is_terminal() {
        return false;
    }
    let room = Arc::clone(room);
    std::thread::spawn(move || {
        // The end of the input is no Enter.
        if stdin().read_line(&mut String::new()).is_ok_and(|bytes| bytes > 0) {
            room.start();
        }
    });
    true
}

/// Hard to guess for a room.
fn token() -> String {
    format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..))
}

#[cfg(test)]
#[path = "room_tests.rs"]
mod tests;
