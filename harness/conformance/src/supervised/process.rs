//! A worker as its supervisor sees it: a process, the orders to it, and the lines that come from it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use super::link;
use super::order::Said;

/// Between two looks at whether it has ended.
const LOOK: Duration = Duration::from_millis(50);
/// How much of what a worker prints is passed on: the rest is read and dropped.
const PRINTED_BYTES: u64 = 64 * 1024;

/// A worker that runs. Dropping it ends it, with all that it has started.
pub(super) struct Worker {
    child: Child,
    pub(super) orders: Box<dyn Write + Send>,
    pub(super) inbox: Receiver<Line>,
    pub(super) last_words: String,
}

/// What comes from a worker.
pub(super) enum Line {
    Said(Said),
    Printed(String),
    Closed,
}

impl Worker {
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        let (mut child, (verdicts, orders)) = link::start(command)?;
        let (tell, inbox) = channel();
        if let Some(pipe) = child.stdout.take() {
            pass_on(pipe, tell.clone());
        }
        if let Some(pipe) = child.stderr.take() {
            pass_on(pipe, tell.clone());
        }
        thread::spawn(move || {
            let lines = BufReader::new(verdicts).lines().map_while(Result::ok);
            // Where the link is standard output, a model may print on it as well.
            for said in lines.filter_map(|line| serde_json::from_str(&line).ok()) {
                // Fails when the supervisor has done with this worker.
                let _ = tell.send(Line::Said(said));
            }
            let _ = tell.send(Line::Closed);
        });
        Ok(Self { child, orders, inbox, last_words: String::new() })
    }

    pub(super) fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Its status, if it comes soon: a process needs a moment to end after its link has.
    pub(super) fn how_it_ended(&mut self) -> Option<ExitStatus> {
        for _ in 0..20 {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            thread::sleep(LOOK);
        }
        None
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        link::end(&mut self.child);
    }
}

/// Passes on what a worker prints, as lines and within bounds; what exceeds them is read, so that printing never blocks it.
fn pass_on(mut pipe: impl Read + Send + 'static, tell: Sender<Line>) {
    thread::spawn(move || {
        let lines = BufReader::new(pipe.by_ref().take(PRINTED_BYTES)).split(b'\n').map_while(Result::ok);
        for line in lines {
            let _ = tell.send(Line::Printed(String::from_utf8_lossy(&line).into_owned()));
        }
        let _ = io::copy(&mut pipe, &mut io::sink());
    });
}
