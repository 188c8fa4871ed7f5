//! Rows that no model can hang: a worker process tries them, and its supervisor reads each verdict as it falls.
//!
//! *How it waits*: the supervisor waits for lines from the worker and looks at Ctrl-C a few times a second. In the worker the
//! thread of the model waits as the model does; a watchdog beside it knows the run in progress and reports a hang.
//!
//! *What to notice*: what becomes of a row is a verdict however its run ends: it returns, it panics, it hangs, or it takes the
//! whole process with it. After the last two, the next row gets a new worker. The worker ends with its supervisor: the other
//! end of its standard input is the supervisor's alone.

pub(crate) mod below;
pub(crate) mod link;
mod order;
pub(crate) mod panics;
pub(crate) mod process;
mod progress;
mod stillness;
mod supervisor;
mod worker;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub(crate) use order::say;
pub(crate) use progress::Progress;
pub use supervisor::{Event, supervise, supervise_outside};
pub use worker::{worker, worker_outside};

/// The first argument with which a supervisor starts a worker.
pub const WORKER_ARGUMENT: &str = "conformance-worker";

/// How long a subject may take, and how often it is asked.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Patience {
    /// How long a call may take that is to be answered: a deadline far off, also on a busy machine.
    pub answer: Duration,
    /// The same, once a row of this subject has hung.
    pub answer_again: Duration,
    /// How long after its deadline a call counts as hung.
    pub overdue: Duration,
    /// The same, once a row of this subject has hung.
    pub overdue_again: Duration,
    /// How long a call may not notice its answer, while nothing of the process runs or waits for a core.
    pub unnoticed: Duration,
    /// The same, once a row of this subject has hung.
    pub unnoticed_again: Duration,
    /// How long a row may take, all attempts together.
    pub row: Duration,
    /// How long a worker may say nothing before it counts as stuck: it says something every second.
    pub silent: Duration,
    /// How long descriptors and threads may take to go after a run.
    pub left_behind: Duration,
    /// Attempts at a row, at most.
    pub attempts: usize,
}

impl Patience {
    /// What is left of it once a row of this subject has hung: the next one that does is ended sooner.
    fn once_hung(self) -> Self {
        let Self { answer_again, overdue_again, unnoticed_again, .. } = self;
        Self { answer: answer_again, overdue: overdue_again, unnoticed: unnoticed_again, ..self }
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(10),
            answer_again: Duration::from_secs(3),
            overdue: Duration::from_secs(5),
            overdue_again: Duration::from_secs(1),
            unnoticed: Duration::from_secs(2),
            unnoticed_again: Duration::from_millis(400),
            row: Duration::from_secs(120),
            silent: Duration::from_secs(15),
            left_behind: Duration::from_secs(2),
            attempts: 3,
        }
    }
}
