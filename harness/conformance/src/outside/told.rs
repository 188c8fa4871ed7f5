//! The milestones of the run in progress, told while it runs: a run that hangs says no more, and what it had reached is in the
//! verdict.
//!
//! *How it waits*: without a run, until one begins; with one, for a moment between two looks at its trace.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use downstream_call::{MachineClock, MilestoneLine, Trace};

use super::wire::Answer;

/// Between two looks at the trace. Each costs a wait for a core on a busy machine, which counts in favour of the model.
const LOOK: Duration = Duration::from_millis(50);

/// The trace of the run in progress.
#[derive(Clone)]
pub(super) struct Telling(Arc<Shared>);

struct Shared {
    trace: Mutex<Option<Trace>>,
    began: Condvar,
}

impl Telling {
    /// Tells what happens in each run, on a thread of its own.
    pub(super) fn start(say: impl Fn(&Answer) + Send + 'static) -> Self {
        let telling = Self(Arc::new(Shared { trace: Mutex::default(), began: Condvar::new() }));
        let told = telling.clone();
        thread::spawn(move || told.tell(say));
        telling
    }

    pub(super) fn run_begins(&self, trace: &Trace) {
        *self.lock() = Some(trace.clone());
        self.0.began.notify_one();
    }

    /// What was not told yet.
    pub(super) fn run_ended(&self) -> Option<Answer> {
        milestones(&self.lock().take()?)
    }

    /// The lock is held while it tells: no milestone comes after the end of its run.
    fn tell(&self, say: impl Fn(&Answer)) {
        let mut trace = self.lock();
        loop {
            trace = match &*trace {
                None => self.0.began.wait(trace).unwrap_or_else(PoisonError::into_inner),
                Some(marks) => {
                    if let Some(answer) = milestones(marks) {
                        say(&answer);
                    }
                    let (trace, _) =
                        self.0.began.wait_timeout(trace, LOOK).unwrap_or_else(PoisonError::into_inner);
                    trace
                }
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Trace>> {
        self.0.trace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nothing where there is nothing new, or no clock that another process understands.
fn milestones(trace: &Trace) -> Option<Answer> {
    let marks = trace.take_marks();
    if marks.is_empty() {
        return None;
    }
    let clock = MachineClock::read()?;
    let line = |mark| MilestoneLine::new(mark, &clock).to_string();
    Some(Answer::Milestones(marks.iter().map(line).collect()))
}
