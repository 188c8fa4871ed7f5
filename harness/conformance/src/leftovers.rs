//! Descriptors, threads and processes that a run has not given back.

use std::thread;
use std::time::{Duration, Instant};

use observe::{Observed, ProcessTimes, Resources};

use crate::breach::{Breach, Held, Watched};
use crate::words::calls;

/// What a model holds at one moment.
#[derive(Clone, Copy)]
pub(crate) struct Taken {
    observed: Observed,
    resources: Resources,
    /// Living processes below this one, in whatever session, but for the one that holds the model.
    processes: usize,
}

impl Taken {
    /// By the process that holds the model.
    pub(crate) fn by(observed: Observed) -> Self {
        let lives = |process: &u32| ProcessTimes::of(*process).is_some_and(|times| !times.has_ended);
        let others = observe::descendants(std::process::id()).into_iter();
        let others = others.filter(|process| Some(*process) != observed.other());
        let processes = others.filter(lives).count();
        Self { observed, resources: observed.resources(), processes }
    }

    fn is_more_than(&self, before: &Self) -> bool {
        self.resources.descriptors > before.resources.descriptors
            || self.resources.threads > before.resources.threads
            || self.processes > before.processes
    }
}

/// Waits until it holds no more than before a run of `run` calls.
///
/// # Errors
/// It still holds more when the patience is over.
pub(crate) fn nothing_left_behind(before: Taken, run: usize, patience: Duration) -> Held {
    let start = Instant::now();
    loop {
        let now = Taken::by(before.observed);
        if !now.is_more_than(&before) {
            return Ok(());
        }
        if start.elapsed() > patience {
            return Err(Breach::of(Watched::GivesBack, grown(&before, &now, run)));
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// `left behind: 3 descriptors more than the 14 before the run of 3 calls`
fn grown(before: &Taken, now: &Taken, run: usize) -> String {
    let more = |before: usize, now: usize, what: &str, plural: &str| {
        let noun = if now == before + 1 { what } else { plural };
        (now > before).then(|| format!("{} {noun} more than the {before} before", now - before))
    };
    let (was, is) = (before.resources, now.resources);
    let descriptors = more(was.descriptors, is.descriptors, "descriptor", "descriptors");
    let threads = more(was.threads, is.threads, "thread", "threads");
    let processes = more(before.processes, now.processes, "process", "processes");
    let all: Vec<_> = [descriptors, threads, processes].into_iter().flatten().collect();
    format!("left behind: {} the run of {}", all.join(", "), calls(run))
}
