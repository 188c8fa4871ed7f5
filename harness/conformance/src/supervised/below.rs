//! All processes below one: those that a model has started, in whatever group or session.
//!
//! *What to notice*: a worker adopts orphans (`PR_SET_CHILD_SUBREAPER`), so that a process below it is found however its parent
//! has ended.
//!
//! *What is deliberately missing*: systems other than Linux, where a process group is all that is ended.

use std::thread;
use std::time::{Duration, Instant};

use observe::ProcessTimes;

/// Between two looks at processes that are ending.
const LOOK: Duration = Duration::from_millis(1);
/// How long they may take to end, also where others start meanwhile.
const PATIENCE: Duration = Duration::from_secs(1);

/// From here on, orphans below this process become its children.
pub(super) fn adopt_orphans() {
    // Where the kernel refuses, only the process group is ended.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Ends all processes below a process; it returns when none of them lives.
pub(crate) fn end(process: u32) {
    let start = Instant::now();
    let lives = |below: &u32| ProcessTimes::of(*below).is_some_and(|times| !times.has_ended);
    loop {
        let living: Vec<_> = observe::descendants(process).into_iter().filter(lives).collect();
        if living.is_empty() || start.elapsed() > PATIENCE {
            return;
        }
        living.into_iter().for_each(kill);
        thread::sleep(LOOK);
    }
}

/// Waits for children of this process that have ended, the adopted ones among them: until then the system counts them.
#[cfg(unix)]
pub(crate) fn wait_for_all_that_have_ended() {
    use rustix::process::{WaitOptions, wait};
    while matches!(wait(WaitOptions::NOHANG), Ok(Some(_))) {}
}

/// None are adopted here.
#[cfg(not(unix))]
pub(crate) fn wait_for_all_that_have_ended() {}

#[cfg(unix)]
fn kill(process: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    // It fails when the process has just ended.
    let _ = process.map(|process| kill_process(process, Signal::KILL));
}

/// Never called: no process is found here.
#[cfg(not(unix))]
fn kill(_: u32) {}
