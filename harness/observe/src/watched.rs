//! One thread of another process, looked at again and again: the time it used, and the system call in which it sleeps.
//!
//! *What to notice*: the two files of a thread are opened once and read from their start each time, which costs half as much
//! as opening them anew. An open file belongs to its thread for ever: another thread that gets the number later is not
//! mistaken for it.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io;
use std::time::Duration;

use crate::threads;

/// A thread of any process whose threads this one may look at: its own, its children's, and theirs.
#[derive(Debug)]
pub struct WatchedThread {
    schedstat: File,
    syscall: File,
}

/// What a thread has used since it began (proc_pid_schedstat(5)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThreadTimes {
    /// CPU time. Of a thread that runs, the kernel brings it up to date every few milliseconds.
    pub cpu: Duration,
    /// How long it was ready to run while others had the cores, without the time for which it waits now.
    pub queued: Duration,
    /// How often it was given a core.
    pub turns: u64,
}

/// What a thread does at this moment (proc_pid_syscall(5)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It runs, or waits for a core.
    Running,
    /// It sleeps in this system call.
    AsleepIn(Cow<'static, str>),
}

impl WatchedThread {
    /// Nothing where the system does not tell, or when the thread has ended.
    #[must_use]
    pub fn open(process: u32, thread: u32) -> Option<Self> {
        let file = |name| File::open(format!("/proc/{process}/task/{thread}/{name}")).ok();
        Some(Self { schedstat: file("schedstat")?, syscall: file("syscall")? })
    }

    /// The times until now; nothing when it has ended.
    #[must_use]
    pub fn times(&self) -> Option<ThreadTimes> {
        let mut buffer = [0; 128];
        let line = read_from_start(&self.schedstat, &mut buffer).ok()?;
        let mut numbers = line.split_whitespace().map(str::parse::<u64>);
        let mut next = || numbers.next()?.ok();
        let (cpu, queued) = (Duration::from_nanos(next()?), Duration::from_nanos(next()?));
        Some(ThreadTimes { cpu, queued, turns: next()? })
    }

    /// What it does now; nothing when it has ended.
    #[must_use]
    pub fn doing(&self) -> Option<Doing> {
        let mut buffer = [0; 256];
        match read_from_start(&self.syscall, &mut buffer) {
            Ok(line) => Some(doing(line)),
            // The program has other rights than this one.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Some(Doing::AsleepIn("a call that may not be seen".into()))
            }
            Err(_) => None,
        }
    }
}

/// The name of a thread as the system has it, which may hold anything.
#[must_use]
pub fn thread_name(process: u32, thread: u32) -> Option<Vec<u8>> {
    let mut name = fs::read(format!("/proc/{process}/task/{thread}/comm")).ok()?;
    name.pop_if(|last| *last == b'\n');
    Some(name)
}

/// The file name of the script that a process runs, if its first argument is one: a path with a slash, and no URL
/// (proc_pid_cmdline(5)).
#[must_use]
pub fn script_name(process: u32) -> Option<Vec<u8>> {
    let words = fs::read(format!("/proc/{process}/cmdline")).ok()?;
    let script = words.split(|byte| *byte == 0).nth(1)?;
    let is_path = !script.starts_with(b"-") && !script.windows(3).any(|bytes| bytes == b"://");
    let (_, name) = script.split_at(script.iter().rposition(|byte| *byte == b'/')? + 1);
    (is_path && !name.is_empty()).then(|| name.to_vec())
}

/// The threads of a process, the oldest first.
#[must_use]
pub fn threads_of(process: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    tasks.filter_map(|task| task.file_name().to_str()?.parse().ok()).collect()
}

/// How many threads a process has, without a look at each: a folder has a link for each folder in it, and two of its own.
#[must_use]
#[cfg(unix)]
pub fn thread_count(process: u32) -> usize {
    use std::os::unix::fs::MetadataExt;
    let links = fs::metadata(format!("/proc/{process}/task")).map_or(0, |folder| folder.nlink());
    usize::try_from(links.saturating_sub(2)).unwrap_or(usize::MAX)
}

/// Not known here.
#[must_use]
#[cfg(not(unix))]
pub fn thread_count(_: u32) -> usize {
    0
}

fn doing(line: &str) -> Doing {
    match line.split_whitespace().next() {
        None | Some("running") => Doing::Running,
        // It waits for memory, or a signal has stopped it.
        Some("-1") => Doing::AsleepIn("no system call".into()),
        Some(number) => Doing::AsleepIn(threads::call_name(number)),
    }
}

#[cfg(unix)]
fn read_from_start<'text>(file: &File, buffer: &'text mut [u8]) -> io::Result<&'text str> {
    use std::os::unix::fs::FileExt;
    let count = file.read_at(buffer, 0)?;
    str::from_utf8(&buffer[..count]).map_err(io::Error::other)
}

/// Never called: there is no `/proc` here.
#[cfg(not(unix))]
fn read_from_start<'text>(_: &File, _: &'text mut [u8]) -> io::Result<&'text str> {
    Err(io::ErrorKind::Unsupported.into())
}
