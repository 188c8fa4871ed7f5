//! Text that comes from programs, bounded and escaped before a person sees it; numbers as a person says them.

use std::time::Duration;

pub use conformance::printable;

/// The last line that is not empty: programs print the reason of their end there.
#[must_use]
pub fn last_line(text: &str) -> &str {
    text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("")
}

/// A duration as a person says it: `40 ms`, `1 s`, `2.5 s`, `100 s`.
#[must_use]
pub fn human(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        return format!("{} ms", duration.as_millis());
    }
    format!("{} s", (duration.as_secs_f64() * 10.0).round() / 10.0)
}

/// `1 call`, `2 calls`.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
