//! A race with all processes that it starts, known by a pipe that they inherit.
//!
//! *What to notice*: a shell opens a named pipe for writing and becomes the race, so that each process below it holds the
//! pipe as well, whatever its name or its parent is. Reading finds the end of the pipe when the last of them has ended. No
//! other process can hold it: the pipe lies in a folder of this test.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use meanwhile::race::Standing;
use rustix::fs::{CWD, FileType, Mode, OFlags};
use tempfile::TempDir;

use super::{MEANWHILE, QUICK_RACE, Ran, folder, only, report_of, with};

/// A contestant that says that it has started, and then lives for longer than any test.
pub(crate) const SLEEPS: &str = "sh -c 'echo started >&9; exec sleep 60'";

/// Longer than a process takes to start or to end, also where many others want the cores.
const PATIENCE: Duration = Duration::from_secs(20);

/// The processes that hold one named pipe.
pub(crate) struct Family {
    pub(crate) contestant_has_started: bool,
    pipe: File,
    path: PathBuf,
    /// Removes the pipe.
    _folder: TempDir,
}

impl Family {
    pub(crate) fn new() -> Self {
        let folder = folder();
        let path = folder.path().join("alive");
        rustix::fs::mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let pipe = rustix::fs::open(&path, flags, Mode::empty()).unwrap().into();
        Self { contestant_has_started: false, pipe, path, _folder: folder }
    }

    /// A race of a contestant that outlasts its patience; `MEANWHILE` in the contestant's command is the program.
    pub(crate) fn start_race(&self, contestant: &str) -> Child {
        let arguments = ["race", "other", "--calls=5", "--latency=60s", "--timeout=90s", "--patience=90s"];
        self.start(&arguments, contestant)
    }

    /// A race of this contestant alone, which goes on.
    pub(crate) fn start(&self, arguments: &[&str], contestant: &str) -> Child {
        self.race_with(arguments, contestant).spawn().expect("a shell starts")
    }

    /// A quick race of two calls with this contestant alone, to its end.
    pub(crate) fn race_alone(&self, contestant: &str) -> Standing {
        self.race(&[&QUICK_RACE[..], &["other", "--calls=2"]].concat(), contestant)
    }

    /// A race of this contestant alone, to its end.
    pub(crate) fn race(&self, arguments: &[&str], contestant: &str) -> Standing {
        let ran: Ran = self.race_with(arguments, contestant).output().expect("a shell starts").into();
        only(report_of(&ran))
    }

    fn race_with(&self, arguments: &[&str], contestant: &str) -> Command {
        let with = with("other", contestant);
        self.command(&[arguments, &[&with]].concat())
    }

    /// The program with these arguments: all that it starts is known by the pipe.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", "exec 9>\"$0\"; exec \"$@\""]).arg(&self.path).arg(MEANWHILE).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn wait_for_contestant(&mut self) {
        let start = Instant::now();
        while !self.contestant_has_started {
            self.is_alive();
            assert!(start.elapsed() < PATIENCE, "the contestant does not start");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Killing is asynchronous: each process still needs a core for a moment to end.
    pub(crate) fn assert_all_end(&mut self) {
        let start = Instant::now();
        while self.is_alive() {
            assert!(start.elapsed() < PATIENCE, "a process of the race is left");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Whether any process holds the pipe; notes what the contestant says on it.
    fn is_alive(&mut self) -> bool {
        let mut said = [0; 64];
        loop {
            match self.pipe.read(&mut said) {
                Ok(0) => return false,
                Ok(_) => self.contestant_has_started = true,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
                Err(error) => panic!("the pipe of the family broke: {error}"),
            }
        }
    }
}
