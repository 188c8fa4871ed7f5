//! Ctrl-C and SIGTERM: noted at once, acted upon between two looks at a contestant.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::Error;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From here on, an interrupt is noted instead of ending this process.
///
/// # Errors
/// The system refuses a handler.
pub fn listen() -> Result<(), Error> {
    match ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Release)) {
        // This process has the handler already.
        Ok(()) | Err(ctrlc::Error::MultipleHandlers) => Ok(()),
        Err(error) => Err(Error::broken("listening for Ctrl-C", error)),
    }
}

/// Whether to go on.
///
/// # Errors
/// An interrupt was noted.
pub fn check() -> Result<(), Error> {
    if INTERRUPTED.load(Ordering::Acquire) { Err(Error::Interrupted) } else { Ok(()) }
}
