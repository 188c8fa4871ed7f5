//! What a run took, in a line like that of `time`, for a person at a terminal.
//!
//! *What to notice*: most models sleep for nearly the whole run, however many calls they make meanwhile.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use observe::CpuTimes;

/// Prints the line where standard error is a terminal. A race captures it to tell why a contestant failed, and measures the
/// contestant from outside.
pub(super) fn print_since(began: Instant) {
    if io::stderr().is_terminal()
        && let Some(used) = observe::cpu_times()
    {
        eprintln!("{}", line(began.elapsed(), used));
    }
}

/// CPU time of several threads adds up, so the time asleep is the part of the run in which no core worked for it, and none if
/// there was more CPU time than time.
fn line(wall: Duration, CpuTimes { user, system }: CpuTimes) -> String {
    let asleep = wall.saturating_sub(user + system).as_secs_f64() / wall.as_secs_f64().max(f64::MIN_POSITIVE);
    let milliseconds = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
    format!(
        "{:.3} s: {} user, {} system, asleep for {:.1} % of the time",
        wall.as_secs_f64(),
        milliseconds(user),
        milliseconds(system),
        asleep * 100.0
    )
}

#[cfg(test)]
#[path = "times_tests.rs"]
mod tests;
