//! What is seen of a contestant's threads while it runs, as the measuring process hands it over: a line for each thread, and
//! one for each stretch in which a thread did the same.
//!
//! *What to notice*: the contestant cannot write such a line ([`crate::channel`]), and what it decides itself (how many
//! threads it has, what they are called, how often they wake up) is bounded by the measuring process.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use timeline::{Stretch, Thread};

/// Threads that are watched in one run; others are counted.
pub(crate) const THREAD_LIMIT: usize = 64;

/// Stretches that are kept of one run.
pub(crate) const STRETCH_LIMIT: usize = 20_000;

/// What is seen of one run, shared with the thread that reads it. Give it to [`Process::start`](crate::Process::start).
#[derive(Clone, Debug, Default)]
pub struct Watch(Arc<Mutex<Seen>>);

/// What was seen so far. Times are microseconds since the contestant was started.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// When it was started, on the [`MachineClock`](downstream_call::MachineClock); nothing where there is none.
    pub started_us: Option<u64>,
    /// Its threads, in the order in which they were seen.
    pub threads: Vec<Thread>,
    /// What each of them did.
    pub stretches: Vec<Stretch>,
    /// What some of them do at present, as far as it was seen: one that is over is among the others.
    pub going_on: Vec<Stretch>,
    /// How many more threads there were at a time than those that were watched.
    pub unwatched_threads: usize,
    /// What was not seen, a sentence each.
    pub missing: Vec<String>,
    /// What watching took; nothing while it goes on.
    pub cost: Option<Cost>,
}

/// What watching took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// CPU time of the thread that watched, in microseconds.
    pub cpu_us: u64,
    /// For how long it watched.
    pub wall_us: u64,
    /// How often it looked.
    pub looks: u64,
}

/// One line of a report from a run that is watched.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sight {
    /// The contestant was started.
    Started {
        /// When, on the machine's clock.
        machine_us: Option<u64>,
    },
    /// A thread was seen for the first time, or has another name now.
    Thread(Thread),
    /// A thread did one thing for a while.
    Stretch(Stretch),
    /// A thread has done one thing for a while, and still does.
    GoesOn(Stretch),
    /// There were this many threads more at a time than those that were watched.
    Unwatched(usize),
    /// Something is not seen.
    Missing(String),
    /// The last line: nothing more will be seen.
    Watched(Cost),
}

impl Seen {
    fn note_thread(&mut self, thread: Thread) {
        match self.threads.iter_mut().find(|known| known.thread == thread.thread) {
            Some(known) => *known = thread,
            None => self.threads.push(thread),
        }
    }
}

impl Watch {
    /// What was seen so far.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.lock().clone()
    }

    pub(crate) fn note(&self, sight: Sight) {
        let mut seen = self.lock();
        match sight {
            Sight::Started { machine_us } => seen.started_us = machine_us,
            Sight::Thread(thread) => seen.note_thread(thread),
            Sight::Stretch(stretch) => {
                seen.going_on.retain(|going_on| going_on.thread != stretch.thread);
                seen.stretches.push(stretch);
            }
            Sight::GoesOn(stretch) => seen.going_on.push(stretch),
            Sight::Unwatched(threads) => seen.unwatched_threads = threads,
            Sight::Missing(what) => seen.missing.push(what),
            Sight::Watched(cost) => seen.cost = Some(cost),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
