//! Ctrl-C and SIGTERM: noted at once, acted upon between two looks at a contestant.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::Error;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Notes the wish to stop from here on, instead of dying from it.
pub(crate) fn listen() -> Result<(), Error> {
    match ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Release)) {
        // Another race in this process listens already.
        Ok(()) | Err(ctrlc::Error::MultipleHandlers) => Ok(()),
        Err(error) => Err(Error::broken("listening for Ctrl-C", error)),
    }
}

/// # Errors
/// Somebody wishes to stop.
pub(crate) fn check() -> Result<(), Error> {
    if INTERRUPTED.load(Ordering::Acquire) { Err(Error::Interrupted) } else { Ok(()) }
}
