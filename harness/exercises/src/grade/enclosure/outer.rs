//! An enclosure as the grader sees it: started, asked for one thing, listened to, ended.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::order::{Order, Said};
use super::{ENCLOSURE_ARGUMENT, Enclosing, link, watcher};

/// Between two looks at whether to go on.
const LOOK: Duration = Duration::from_millis(50);
/// Between two looks at whether it has ended.
const LOOK_AT_END: Duration = Duration::from_millis(2);
/// How long an enclosure may take to end by itself, once its time is over or its link was closed.
const GRACE: Duration = Duration::from_secs(10);
/// The longest line that is read.
const LINE_BYTES: u64 = 16 << 20;
/// What is kept of what a gate prints.
const WORDS_BYTES: u64 = 4096;

/// Variables that are passed on: the others of the grader are its own.
const PASSED_ON: [&str; 12] = [
    "PATH",
    "HOME",
    "CARGO",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "LANG",
    "SystemRoot",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "DYLD_FALLBACK_LIBRARY_PATH",
];

/// A running enclosure. Dropping it ends it.
pub(in crate::grade) struct Enclosure {
    gate: Child,
    orders: Box<dyn Write + Send>,
    inbox: Receiver<Said>,
    words: Option<thread::JoinHandle<String>>,
}

/// Where an enclosure runs.
#[derive(Clone, Copy)]
pub(in crate::grade) struct Here<'a> {
    /// The folder in which its processes start.
    pub(in crate::grade) folder: &'a Path,
    /// A folder for files of its own, which goes away.
    pub(in crate::grade) temporary: &'a Path,
    /// The only folder in which they can write files, where the system allows that; any folder, if none is named.
    pub(in crate::grade) writes_in: Option<&'a Path>,
}

/// What was heard of an enclosure.
pub(in crate::grade) enum Heard {
    Said(Said),
    /// It has ended, and what was printed last.
    Ended(String),
    /// It was not heard in time.
    Late,
    /// The grader was asked to stop.
    Stopped,
}

impl Enclosure {
    /// Starts one: `program` makes the command that starts this program again.
    pub(in crate::grade) fn start(
        program: &dyn Fn() -> Command,
        enclosing: Enclosing,
        here: Here<'_>,
    ) -> Result<Self, String> {
        let mut command = program();
        command.args([ENCLOSURE_ARGUMENT, enclosing.name()]).args(here.writes_in);
        command.current_dir(here.folder).env_clear();
        command.envs(PASSED_ON.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        command.env("TMPDIR", here.temporary).env("CARGO_NET_OFFLINE", "true");
        let failed = |error| format!("starting an enclosure: {error}");
        let (mut gate, (input, orders)) = link::start(&mut command).map_err(failed)?;
        let words = gate.stderr.take().map(|pipe| thread::spawn(move || last_words(pipe)));
        let (tell, inbox) = channel();
        thread::spawn(move || {
            let mut lines = BufReader::new(input);
            while let Some(said) = next(&mut lines) {
                // Fails when nothing is wanted any more.
                let _ = tell.send(said);
            }
        });
        let mut enclosure = Self { gate, orders, inbox, words };
        match enclosure.listen(Instant::now() + GRACE, &|| false) {
            Heard::Said(Said::Ready(Ok(()))) => Ok(enclosure),
            Heard::Said(Said::Ready(Err(why))) | Heard::Ended(why) => Err(why),
            Heard::Said(other) => Err(format!("an enclosure began with {other:?}")),
            Heard::Late | Heard::Stopped => Err("an enclosure has not begun in time".into()),
        }
    }

    /// One that is gone is noticed when it is listened to.
    pub(in crate::grade) fn order(&mut self, order: &Order) {
        let _ = link::say(&mut self.orders, order);
    }

    /// What it says next.
    pub(in crate::grade) fn listen(&mut self, until: Instant, stop: &dyn Fn() -> bool) -> Heard {
        loop {
            match self.inbox.recv_timeout(LOOK) {
                Ok(said) => return Heard::Said(said),
                Err(RecvTimeoutError::Disconnected) => {
                    self.end();
                    let words = self.words.take().and_then(|words| words.join().ok()).unwrap_or_default();
                    return Heard::Ended(words);
                }
                Err(RecvTimeoutError::Timeout) if stop() => return Heard::Stopped,
                Err(RecvTimeoutError::Timeout) if Instant::now() > until => return Heard::Late,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Any further line ends it; what does not end by itself is killed. Its end is waited for, so that nothing of this enclosure
    /// is left when the next one starts.
    fn end(&mut self) {
        self.order(&Order::Nothing);
        let start = Instant::now();
        while matches!(self.gate.try_wait(), Ok(None)) && start.elapsed() < GRACE {
            thread::sleep(LOOK_AT_END);
        }
        watcher::end_all_below(self.gate.id());
        let _ = self.gate.kill();
        let _ = self.gate.wait();
    }
}

impl Drop for Enclosure {
    fn drop(&mut self) {
        self.end();
    }
}

/// The next line; nothing at the end, or when it is none of ours.
fn next(lines: &mut BufReader<Box<dyn Read + Send>>) -> Option<Said> {
    let mut line = Vec::new();
    lines.by_ref().take(LINE_BYTES).read_until(b'\n', &mut line).ok()?;
    serde_json::from_slice(&line).ok()
}

fn last_words(mut pipe: impl Read) -> String {
    let mut words = Vec::new();
    let _ = pipe.by_ref().take(WORDS_BYTES).read_to_end(&mut words);
    let _ = io::copy(&mut pipe, &mut io::sink());
    conformance::printable(words.trim_ascii_end(), 200)
}

/// The most that this system allows of an enclosure.
pub(in crate::grade) fn most(program: &dyn Fn() -> Command, here: Here<'_>) -> Result<Enclosing, String> {
    let mut refused = String::new();
    for enclosing in Enclosing::ALL {
        match Enclosure::start(program, enclosing, here) {
            Ok(mut enclosure) => {
                enclosure.order(&Order::Nothing);
                return Ok(enclosing);
            }
            Err(why) => refused = why,
        }
    }
    Err(refused)
}
