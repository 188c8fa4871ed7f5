//! Space in the submission queue, and the one system call.

use std::io;
use std::thread;
use std::time::Duration;

use io_uring::types::{SubmitArgs, Timespec};
use rustix::io::Errno;

use super::Ring;

/// Entries of the longest chain.
const CHAIN: usize = 4;

/// How often in a row the kernel may take nothing, a millisecond apart, before a run gives up.
const MOST_REFUSALS: u32 = 1000;

/// How long answers are collected for one system call, while many calls wait.
pub(super) const COLLECT: Duration = Duration::from_micros(500);

impl Ring {
    /// Makes space for a whole chain, since a submission must not cut one.
    pub(super) fn make_space(&mut self) -> io::Result<()> {
        while !self.lent.has_space(CHAIN) {
            self.enter(0, Duration::ZERO)?;
        }
        Ok(())
    }

    /// Hands over all entries, and waits for `want` completions that were not taken yet. After `COLLECT` one of them is
    /// enough (Linux 6.12).
    pub(super) fn enter(&mut self, want: usize, patience: Duration) -> io::Result<()> {
        let untaken = self.lent.untaken();
        let submitter = self.lent.submitter();
        let entered = if want == 0 {
            submitter.submit()
        } else if self.lent.has_min_timeout() {
            let patience = Timespec::from(patience);
            let args = SubmitArgs::new().timespec(&patience).min_wait_usec(COLLECT.as_micros() as u32);
            submitter.submit_with_args(want, &args)
        } else {
            submitter.submit_with_args(1, &SubmitArgs::new().timespec(&Timespec::from(patience)))
        };
        let busy = match entered.map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO)) {
            // The time is up, or a signal came (io_uring_enter(2)).
            Ok(_) | Err(Errno::TIME | Errno::INTR) => false,
            // Completions have to be taken first, or the kernel has no memory at the moment.
            Err(Errno::BUSY | Errno::AGAIN) => true,
            Err(error) => return Err(error.into()),
        };
        self.lent.reuse_taken();
        let took_nothing = untaken > 0 && self.lent.untaken() == untaken;
        self.count_refusals(busy || took_nothing)
    }

    /// A kernel that takes nothing is asked again, since it says so when its memory is short; but not for ever.
    pub(super) fn count_refusals(&mut self, refused: bool) -> io::Result<()> {
        if !refused {
            self.refusals = 0;
            return Ok(());
        }
        self.refusals += 1;
        if self.refusals > MOST_REFUSALS {
            let why = "the kernel has taken nothing for a second: its memory has run out";
            return Err(io::Error::new(io::ErrorKind::OutOfMemory, why));
        }
        thread::sleep(Duration::from_millis(1));
        Ok(())
    }
}
