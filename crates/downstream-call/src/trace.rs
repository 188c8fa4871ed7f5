//! What happened when, call by call.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

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
    /// On which thread.
    pub thread: std::thread::ThreadId,
}

/// What happens to a call, in this order. All but the first and the last may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Milestone {
    /// The call started; its deadline counts from here.
    Started,
    /// The last byte of the request was handed to the system.
    Sent,
    /// The first byte of the answer arrived.
    FirstByte,
    /// The call is over: its [`Exchange`](crate::Exchange) was dropped.
    Finished,
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

    fn note(&self, call: usize, milestone: Milestone) {
        let Some(marks) = &self.marks else { return };
        let (call, thread) = (self.first + call, std::thread::current().id());
        let mark = Mark { call, milestone, at: Instant::now(), thread };
        marks.lock().unwrap_or_else(PoisonError::into_inner).push(mark);
    }

    /// All marks so far, in the order they were noted.
    #[must_use]
    pub fn marks(&self) -> Vec<Mark> {
        let Some(marks) = &self.marks else { return Vec::new() };
        marks.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
