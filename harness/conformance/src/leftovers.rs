//! Descriptors and threads that a run has not given back.

use std::thread;
use std::time::{Duration, Instant};

use observe::Resources;

use crate::breach::{Breach, Held, Watched};
use crate::words::calls;

/// Waits until this process has no more than before a run of `run` calls.
///
/// # Errors
/// It still has more when the patience is over.
pub(crate) fn nothing_left_behind(before: Resources, run: usize, patience: Duration) -> Held {
    let start = Instant::now();
    loop {
        let now = Resources::now();
        if now.descriptors <= before.descriptors && now.threads <= before.threads {
            return Ok(());
        }
        if start.elapsed() > patience {
            return Err(Breach::of(Watched::GivesBack, grown(before, now, run)));
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// `left behind: 3 descriptors more than the 14 before the run of 3 calls`
fn grown(before: Resources, now: Resources, run: usize) -> String {
    let more = |before: usize, now: usize, what: &str| {
        let plural = if now == before + 1 { "" } else { "s" };
        (now > before).then(|| format!("{} {what}{plural} more than the {before} before", now - before))
    };
    let descriptors = more(before.descriptors, now.descriptors, "descriptor");
    let threads = more(before.threads, now.threads, "thread");
    let all: Vec<_> = [descriptors, threads].into_iter().flatten().collect();
    format!("left behind: {} the run of {}", all.join(", "), calls(run))
}
