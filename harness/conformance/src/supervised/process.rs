//! A process at the other end of a link, as the one that has started it sees it: orders to it, and what comes from it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use super::link::{self, Group};

/// Between two looks at whether it has ended.
const LOOK: Duration = Duration::from_millis(50);
/// How long the last words of one that has ended may take.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// How much of what a process prints is passed on: the rest is read and dropped.
const PRINTED_BYTES: u64 = 64 * 1024;

/// A process that runs, and speaks in messages of one kind. Dropping it ends it.
pub(crate) struct Linked<Message> {
    child: Child,
    group: Group,
    pub(crate) orders: Box<dyn Write + Send>,
    inbox: Receiver<Line<Message>>,
    pub(crate) last_words: String,
}

/// What comes from a process.
pub(crate) enum Line<Message> {
    Said(Message),
    /// On its link, and no message.
    Garbage(Vec<u8>),
    Printed(String),
    Closed,
}

/// Reads the next message from a link; nothing at its end.
pub(crate) type Reads<Message> = fn(&mut BufReader<Box<dyn Read + Send>>) -> Option<Line<Message>>;

impl<Message: Send + 'static> Linked<Message> {
    pub(crate) fn start(command: &mut Command, group: Group, reads: Reads<Message>) -> io::Result<Self> {
        let (mut child, (said, orders)) = link::start(command, group)?;
        let (tell, inbox) = channel();
        if let Some(pipe) = child.stdout.take() {
            pass_on(pipe, tell.clone());
        }
        if let Some(pipe) = child.stderr.take() {
            pass_on(pipe, tell.clone());
        }
        thread::spawn(move || {
            let mut said = BufReader::new(said);
            while let Some(line) = reads(&mut said) {
                // Fails when nothing is wanted of this process any more.
                let _ = tell.send(line);
            }
            let _ = tell.send(Line::Closed);
        });
        Ok(Self { child, group, orders, inbox, last_words: String::new() })
    }

    /// The system's number of it.
    pub(crate) fn number(&self) -> u32 {
        self.child.id()
    }

    /// What comes from it next, if it comes in this time. A process that it has started may hold its link open: its own end is
    /// noticed all the same, and what it has said before is not lost.
    pub(crate) fn hear(&mut self, limit: Duration) -> Option<Line<Message>> {
        let heard = match self.inbox.recv_timeout(limit) {
            Err(RecvTimeoutError::Timeout) if !self.has_ended() => return None,
            Err(RecvTimeoutError::Timeout) => self.inbox.recv_timeout(LAST_WORDS),
            heard => heard,
        };
        Some(heard.unwrap_or(Line::Closed))
    }

    fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// How it has ended, and what it printed last; `on` hears what was not heard yet.
    pub(crate) fn death(&mut self, mut on: impl FnMut(&str)) -> String {
        loop {
            match self.inbox.recv_timeout(LAST_WORDS) {
                Ok(Line::Printed(line)) => {
                    on(&line);
                    self.last_words = line;
                }
                Ok(Line::Said(_) | Line::Garbage(_) | Line::Closed) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        let how = self.status().map_or("without a status".into(), |status| status.to_string());
        let said = match self.last_words.as_str() {
            "" => String::new(),
            words => format!("; it said: {words}"),
        };
        format!("the process ended: {how}{said}")
    }

    /// Its status, if it comes soon: a process needs a moment to end after its link has.
    fn status(&mut self) -> Option<ExitStatus> {
        for _ in 0..20 {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            thread::sleep(LOOK);
        }
        None
    }
}

impl<Message> Drop for Linked<Message> {
    fn drop(&mut self) {
        link::end(&mut self.child, self.group);
    }
}

/// Passes on what a process prints, as lines and within bounds; what exceeds them is read, so that printing never blocks it.
fn pass_on<Message: Send + 'static>(mut pipe: impl Read + Send + 'static, tell: Sender<Line<Message>>) {
    thread::spawn(move || {
        let lines = BufReader::new(pipe.by_ref().take(PRINTED_BYTES)).split(b'\n').map_while(Result::ok);
        for line in lines {
            let _ = tell.send(Line::Printed(String::from_utf8_lossy(&line).into_owned()));
        }
        let _ = io::copy(&mut pipe, &mut io::sink());
    });
}
