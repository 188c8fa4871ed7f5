//! Standard input as a source: a terminal, a pipe or a file, line by line.

use std::io;

use crate::sources::Source;
use crate::{EventLoop, SourceId};

/// The most bytes that are read at once. A line that is longer than sixteen times that is cut.
const CHUNK: usize = 4096;
const MAX_LINE: usize = 16 * CHUNK;

impl<'h> EventLoop<'h> {
    /// Calls `handler` with each line of standard input, without its line end, one line in each turn. The last call has
    /// `None` at the end of input, or an error (asyncio: `loop.connect_read_pipe`, which refuses a file). Bytes that
    /// are not UTF-8 become `U+FFFD`.
    ///
    /// # Errors
    /// The system can't watch it: it is watched already, or the system is not Unix (where a thread can read it and
    /// [send](crate::Sender::send) each line).
    pub fn add_stdin(
        &mut self,
        handler: impl FnMut(&mut Self, io::Result<Option<String>>) + 'h,
    ) -> io::Result<SourceId> {
        let id = SourceId(self.sources.insert(Source::default()));
        match descriptor::watch(&self.poller, id.0) {
            // A file on a disk: it never blocks, so there will be nothing to wait for.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
            Err(error) => {
                self.sources.remove(id.0);
                return Err(error);
            }
            Ok(()) => {}
        }
        self.read_on(id, Lines::default(), handler, Next::AtOnce);
        Ok(id)
    }

    pub(crate) fn forget_stdin(&self) {
        // It fails for a file, which was never watched.
        let _ = descriptor::forget(&self.poller);
    }

    /// Registers the next attempt to read a line.
    fn read_on<H>(&mut self, id: SourceId, lines: Lines, handler: H, next: Next)
    where
        H: FnMut(&mut Self, io::Result<Option<String>>) + 'h,
    {
        // The handler may have removed the source.
        let waiting = self.when_readable(id, move |event_loop| event_loop.hand_on(id, lines, handler));
        if let (Ok(handle), Next::AtOnce) = (waiting, next) {
            self.ready.push_back(handle.key());
        }
    }

    /// Passes one line to the handler. The next line has to wait for the next turn, so that fast input does not keep
    /// the loop from its other work.
    fn hand_on<H>(&mut self, id: SourceId, mut lines: Lines, mut handler: H)
    where
        H: FnMut(&mut Self, io::Result<Option<String>>) + 'h,
    {
        match lines.next() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.read_on(id, lines, handler, Next::WhenReadable);
            }
            Ok(Some(line)) => {
                handler(self, Ok(Some(line)));
                self.read_on(id, lines, handler, Next::AtOnce);
            }
            end => {
                self.remove(id);
                handler(self, end);
            }
        }
    }
}

/// When to look for the next line.
enum Next {
    /// It may be here already.
    AtOnce,
    WhenReadable,
}

/// Bytes that were read: lines that were not passed on yet, and the start of the next one.
#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
    ended: bool,
}

impl Lines {
    /// The next line, or `None` at the end.
    ///
    /// # Errors
    /// `WouldBlock` while there is none.
    fn next(&mut self) -> io::Result<Option<String>> {
        loop {
            if let Some(line) = self.take() {
                return Ok(Some(line));
            }
            if self.ended {
                return Ok(None);
            }
            let mut chunk = [0; CHUNK];
            let length = descriptor::read(&mut chunk)?;
            self.bytes.extend_from_slice(&chunk[..length]);
            self.ended = length == 0;
        }
    }

    fn take(&mut self) -> Option<String> {
        let end = self.bytes.iter().position(|byte| *byte == b'\n');
        let length = match end {
            Some(end) => end + 1,
            None if self.ended || self.bytes.len() >= MAX_LINE => self.bytes.len(),
            None => 0,
        };
        let line: Vec<u8> = self.bytes.drain(..length).collect();
        let line_end: &[_] = &['\n', '\r'];
        (length > 0).then(|| String::from_utf8_lossy(&line).trim_end_matches(line_end).to_owned())
    }
}

/// Standard input belongs to the whole process, and a terminal to other programs as well: it stays blocking, so `poll`
/// checks before each read that it would not block.
#[cfg(unix)]
mod descriptor {
    use std::io;

    use readiness::{Interest, Key, Poller};
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::{read as read_some, retry_on_intr};
    use rustix::stdio::stdin;

    pub(super) fn watch(poller: &Poller, key: Key) -> io::Result<()> {
        poller.watch_descriptor(stdin(), key, Interest::Readable)
    }

    pub(super) fn forget(poller: &Poller) -> io::Result<()> {
        poller.forget_descriptor(stdin())
    }

    pub(super) fn read(chunk: &mut [u8]) -> io::Result<usize> {
        let mut question = [PollFd::from_borrowed_fd(stdin(), PollFlags::IN)];
        match retry_on_intr(|| poll(&mut question, Some(&Timespec::default())))? {
            0 => Err(io::ErrorKind::WouldBlock.into()),
            _ => Ok(retry_on_intr(|| read_some(stdin(), &mut *chunk))?),
        }
    }
}

#[cfg(not(unix))]
mod descriptor {
    use std::io;

    use readiness::{Key, Poller};

    pub(super) fn watch(_: &Poller, _: Key) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "standard input is watched on Unix only"))
    }

    pub(super) fn forget(_: &Poller) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn read(_: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
