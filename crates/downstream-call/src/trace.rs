//! What happened when, call by call.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::{Milestone, machine_clock};

/// A handle that notes milestones; cheap to clone, and does nothing when off.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    marks: Option<Arc<Mutex<Vec<Mark>>>>,
    /// The number of this handle's first call.
    first: usize,
}

/// One milestone of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which call: its index in the run's list.
    pub call: usize,
    /// What happened.
    pub milestone: Milestone,
    /// When.
    pub at: Instant,
    /// On which thread: the system's number of it on Linux, and elsewhere one of this process's own.
    pub thread: u32,
}

impl Trace {
    /// Notes nothing.
    #[must_use]
    pub const fn off() -> Self {
        Self { marks: None, first: 0 }
    }

    /// Notes every milestone; [`marks`](Trace::marks) returns them.
    #[must_use]
    pub fn on() -> Self {
        Self { marks: Some(Arc::default()), first: 0 }
    }

    /// The same trace for a part of the run: call 0 of the part is call number `first` of the run.
    #[must_use]
    pub fn part(&self, first: usize) -> Self {
        Self { marks: self.marks.clone(), first: self.first + first }
    }

    /// Notes that `call` reached `milestone` now.
    #[inline]
    pub fn mark(&self, call: usize, milestone: Milestone) {
        if self.marks.is_some() {
            self.note(call, milestone);
        }
    }

    /// Kept out of the functions that call `mark`: a run that is not traced must not pay for it.
    #[cold]
    fn note(&self, call: usize, milestone: Milestone) {
        self.note_mark(Mark { call, milestone, at: Instant::now(), thread: machine_clock::this_thread() });
    }

    /// Notes a mark of another process, whose call 0 is call 0 of this part of the run.
    pub fn note_mark(&self, mark: Mark) {
        let Some(marks) = &self.marks else { return };
        let mark = Mark { call: self.first + mark.call, ..mark };
        marks.lock().unwrap_or_else(PoisonError::into_inner).push(mark);
    }

    /// Whether milestones are noted.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.marks.is_some()
    }

    /// All marks so far, in the order they were noted.
    #[must_use]
    pub fn marks(&self) -> Vec<Mark> {
        let Some(marks) = &self.marks else { return Vec::new() };
        marks.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All marks so far, which the trace then forgets.
    #[must_use]
    pub fn take_marks(&self) -> Vec<Mark> {
        let Some(marks) = &self.marks else { return Vec::new() };
        std::mem::take(&mut *marks.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
