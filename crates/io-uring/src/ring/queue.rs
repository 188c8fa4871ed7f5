//! Space in the submission queue, and the one system call.

use std::io;
use std::time::Duration;

use io_uring::types::{SubmitArgs, Timespec};
use rustix::io::Errno;

use super::Ring;

/// Entries of the longest chain.
const CHAIN: usize = 5;

/// How long answers are collected for one system call, while many calls wait.
pub(super) const COLLECT: Duration = Duration::from_micros(500);

impl Ring {
    /// Makes space for a whole chain, since a submission must not cut one.
    pub(super) fn make_space(&mut self) -> io::Result<()> {
        if self.lent.has_space(CHAIN) {
            return Ok(());
        }
        self.enter(0, Duration::ZERO)?;
        if self.lent.has_space(CHAIN) { Ok(()) } else { Err(Errno::AGAIN.into()) }
    }

    /// Hands over all entries, and waits for `want` completions that were not taken yet. After `COLLECT` one of them is
    /// enough (Linux 6.12).
    pub(super) fn enter(&mut self, want: usize, patience: Duration) -> io::Result<()> {
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
        match entered.map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO)) {
            // The time is up, a signal came, or completions have to be taken first (io_uring_enter(2)).
            Ok(_) | Err(Errno::TIME | Errno::INTR | Errno::BUSY) => {}
            Err(error) => return Err(error.into()),
        }
        self.lent.reuse_taken();
        Ok(())
    }
}
