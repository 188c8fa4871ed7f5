//! Ctrl-C and SIGTERM cancel the run: the answers that are there are printed, and a second signal ends the process at once.
//!
//! *What to notice*: no thread waits for the signal, since the process belongs to the model. The handler sets the flag of a
//! [`Cancel`] and writes a byte to its socket, for which an event loop waits beside its calls. A model that blocks hears of it
//! when its call is over.
//!
//! *What is deliberately missing*: any of it on systems without Unix sockets, where a signal ends the process.

use std::io;

use downstream_call::Cancel;

/// What shells report for a process that Ctrl-C has ended.
#[cfg(unix)]
const INTERRUPTED: i32 = 130;

/// A [`Cancel`] that the next signal cancels.
///
/// # Errors
/// No descriptor was left, or the system refuses a handler.
#[cfg(unix)]
pub(super) fn cancel_on_signals() -> io::Result<Cancel> {
    use std::sync::Arc;

    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::{flag, low_level};

    let cancel = Cancel::new()?;
    if let Some((is_cancelled, socket)) = cancel.for_signal_handlers()? {
        for signal in [SIGINT, SIGTERM] {
            // In the order in which they are called: the first one sees what an earlier signal has set.
            flag::register_conditional_shutdown(signal, INTERRUPTED, Arc::clone(&is_cancelled))?;
            flag::register(signal, Arc::clone(&is_cancelled))?;
            low_level::pipe::register(signal, socket.try_clone()?)?;
        }
    }
    Ok(cancel)
}

/// Ctrl-C in a terminal reaches all processes of a run; one that was started by another leaves it to that one to cancel.
///
/// # Errors
/// The system refuses a handler.
#[cfg(unix)]
pub(in crate::cmd) fn leave_to_the_parent() -> io::Result<()> {
    let ignored = std::sync::Arc::default();
    signal_hook::flag::register(signal_hook::consts::SIGINT, ignored).map(|_| ())
}

/// Never cancelled.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub(super) fn cancel_on_signals() -> io::Result<Cancel> {
    Ok(Cancel::never())
}

/// Nothing is changed.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub(in crate::cmd) fn leave_to_the_parent() -> io::Result<()> {
    Ok(())
}
