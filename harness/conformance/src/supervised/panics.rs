//! Panics of the model, on any of its threads: kept for the verdict instead of printed.

use std::panic::{PanicHookInfo, set_hook};
use std::sync::{Mutex, Once, PoisonError};

use crate::requirements::PANIC;

static LAST: Mutex<Option<String>> = Mutex::new(None);

/// From here on, panics of this process are kept.
pub(crate) fn keep() {
    static KEPT: Once = Once::new();
    KEPT.call_once(|| set_hook(Box::new(note)));
}

/// What has ended a run in another process: its panic, or the end of that process.
pub(crate) fn keep_from_elsewhere(what: String) {
    LAST.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(what);
}

/// The first panic since the last look, with its place.
pub(crate) fn take() -> Option<String> {
    LAST.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Some rows need a panic in a call's work: that one is no fault of the model.
fn note(info: &PanicHookInfo<'_>) {
    let payload = info.payload();
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let message = text.or(payload.downcast_ref().copied()).unwrap_or("no message");
    if message == PANIC {
        return;
    }
    let place = info.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    last.get_or_insert_with(|| format!("panicked{}: {message}", place.unwrap_or_default()));
}
