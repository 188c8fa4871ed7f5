//! Reads all that a process prints, and keeps no more of it than a limit.
//!
//! *What to notice*: what exceeds the limit is still read, and dropped: a program that prints too much must fail for that
//! reason, and not hang on a full pipe.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// What is being printed.
pub(crate) struct Capture(Receiver<Captured>);

/// What was printed.
#[derive(Debug, Default)]
pub struct Captured {
    /// The first bytes of it.
    pub bytes: Vec<u8>,
    /// Whether there was more.
    pub cut: bool,
}

impl Capture {
    /// Reads `pipe` to its end on a thread of its own, and keeps `limit` bytes.
    pub(crate) fn start(pipe: impl Read + Send + 'static, limit: u64) -> Self {
        let (done, captured) = channel();
        std::thread::spawn(move || {
            // Fails when the receiver has stopped waiting.
            let _ = done.send(read(pipe, limit));
        });
        Self(captured)
    }

    /// All of it, if the pipe's end comes in time: a process that was left behind may never close it.
    pub(crate) fn end(self, patience: Duration) -> Option<Captured> {
        self.0.recv_timeout(patience).ok()
    }
}

fn read(mut pipe: impl Read, limit: u64) -> Captured {
    let mut bytes = Vec::new();
    // A pipe that breaks has ended.
    let _ = pipe.by_ref().take(limit).read_to_end(&mut bytes);
    let cut = io::copy(&mut pipe, &mut io::sink()).is_ok_and(|more| more > 0);
    Captured { bytes, cut }
}
