//! All processes below this one, however deep and in whatever session: found, ended and waited for.
//!
//! *What to notice*: a process whose parent has ended becomes the child of the nearest process above that asked for orphans
//! (`PR_SET_CHILD_SUBREAPER`, see PR_SET_CHILD_SUBREAPER(2const)); a session or a group of its own changes nothing about that. So no
//! process gets away, and the CPU time of each is accounted when it is waited for.
//!
//! *What is deliberately missing*: work that a contestant hands to a process that was there before it, such as a daemon; and
//! systems other than Linux, where only the process group is ended.

use std::collections::HashSet;
use std::thread::sleep;
use std::time::{Duration, Instant};

use observe::ProcessTimes;

/// Between two looks at processes that are ending.
const LOOK: Duration = Duration::from_millis(1);

/// How long processes that were killed may take to end, also where many others want the cores.
const PATIENCE: Duration = Duration::from_secs(10);

/// From here on, orphans below this process become its children.
pub(crate) fn adopt_orphans() {
    // Where the kernel refuses, only the process group is ended.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// The children of this process.
pub(crate) fn children() -> HashSet<u32> {
    observe::all_children(std::process::id()).into_iter().collect()
}

/// Ends all processes below this one, but for those children and what is below them. Returns how many were still alive.
pub(crate) fn end_all_but(spared: &HashSet<u32>) -> usize {
    let start = Instant::now();
    let mut ended = HashSet::new();
    loop {
        let mut children: Vec<_> = children().difference(spared).copied().collect();
        if children.is_empty() || start.elapsed() > PATIENCE {
            return ended.len();
        }
        let below = children.iter().flat_map(|child| observe::descendants(*child));
        for process in children.iter().copied().chain(below) {
            ended.extend(kill(process));
        }
        children.retain(|child| !has_been_waited_for(*child));
        if !children.is_empty() {
            sleep(LOOK);
        }
    }
}

/// Kills a process; what names it for ever, if it was alive.
fn kill(process: u32) -> Option<(u32, u64)> {
    let times = ProcessTimes::of(process).filter(|times| !times.has_ended)?;
    signal(process);
    Some((process, times.start_ticks))
}

#[cfg(unix)]
fn signal(process: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    // It fails when the process has just ended.
    let _ = process.map(|process| kill_process(process, Signal::KILL));
}

#[cfg(unix)]
fn has_been_waited_for(child: u32) -> bool {
    use rustix::process::{Pid, WaitOptions, waitpid};
    let child = i32::try_from(child).ok().and_then(Pid::from_raw);
    child.is_some_and(|child| matches!(waitpid(Some(child), WaitOptions::NOHANG), Ok(Some(_))))
}

/// Never called: no process is found here.
#[cfg(not(unix))]
fn signal(_: u32) {}

/// Never called: no process is found here.
#[cfg(not(unix))]
fn has_been_waited_for(_: u32) -> bool {
    false
}
