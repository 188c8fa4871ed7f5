//! When, and by which command, results were made: for a reader who finds the file later.

use std::borrow::Cow;
use std::time::SystemTime;

use contestant::text::printable;

/// The longest command that is kept, in characters.
const COMMAND_LIMIT: usize = 2000;

/// This moment, to the second and in UTC: `2026-03-01T09:30:00Z`.
pub(crate) fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}

/// The command of this process as a shell takes it, without the folder of the program.
pub(crate) fn command() -> String {
    let words = std::env::args_os().skip(1).map(|word| as_word(&word.to_string_lossy()));
    let words: Vec<_> = ["meanwhile".into()].into_iter().chain(words).collect();
    printable(words.join(" ").as_bytes(), COMMAND_LIMIT)
}

/// In quotes if a shell needs them; most options need none.
pub(crate) fn as_word(word: &str) -> String {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "-_=.,:/+@%".contains(sign);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.into();
    }
    // No argument of a process has a NUL, which is all that cannot be quoted.
    shlex::try_quote(word).map_or_else(|_| word.into(), Cow::into_owned)
}
