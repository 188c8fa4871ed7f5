//! Reads what the measuring process reports: a JSON document a line, the last of which is what the contestant used.
//!
//! *What to notice*: lines come while the contestant runs, so that what it does can be shown meanwhile.

use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde::Deserialize;

use crate::measure::Measured;
use crate::watch::{Sight, Watch};

/// Bytes of the longest line: what a program said on standard error, every byte of it escaped.
const LINE_LIMIT_BYTES: u64 = 256 * 1024;

/// What is being reported.
pub(crate) struct Reading(Receiver<Option<Measured>>);

/// One line.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Measured(Measured),
    Sight(Sight),
}

impl Reading {
    /// Reads `pipe` to its end on a thread of its own. `watch` notes what is seen.
    pub(crate) fn start(pipe: impl Read + Send + 'static, watch: Option<&Watch>) -> Self {
        let (done, measured) = channel();
        let watch = watch.cloned();
        std::thread::spawn(move || {
            // Fails when the receiver has stopped waiting.
            let _ = done.send(read(BufReader::new(pipe), watch.as_ref()));
        });
        Self(measured)
    }

    /// What the contestant used, if the end of the report comes in time.
    pub(crate) fn end(self, patience: Duration) -> Option<Measured> {
        self.0.recv_timeout(patience).ok().flatten()
    }
}

/// A line that is none ends it: the report broke off.
fn read(mut pipe: impl BufRead, watch: Option<&Watch>) -> Option<Measured> {
    let mut text = Vec::new();
    loop {
        text.clear();
        pipe.by_ref().take(LINE_LIMIT_BYTES).read_until(b'\n', &mut text).ok()?;
        match serde_json::from_slice(&text).ok()? {
            Line::Measured(measured) => return Some(measured),
            Line::Sight(sight) => watch?.note(sight),
        }
    }
}
