//! The process between the grader and an enclosure: it goes into namespaces and starts the first process in them.
//!
//! *What to notice*: a process that has one thread alone may go into a user namespace, and a process namespace begins with its next
//! child. So this is a process of its own that does nothing else. Orphans of a group without namespaces become its children, and
//! end with it.

use std::path::Path;
use std::process::{Command, ExitCode};

use super::{ENCLOSURE_ARGUMENT, Enclosing, namespaces};

/// Starts the first process of an enclosure, waits for its end, and ends what is left of it. The program calls this before it has
/// started a thread; its standard input is the grader's link. With a folder to write in, files elsewhere cannot be written.
#[must_use]
pub fn gate(program: Command, enclosing: Enclosing, writes_in: Option<&Path>) -> ExitCode {
    if let Err(error) = namespaces::enter(enclosing) {
        eprintln!("entering namespaces: {error}");
        return ExitCode::FAILURE;
    }
    let mut program = program;
    program.args([ENCLOSURE_ARGUMENT, "--inside", enclosing.name()]).args(writes_in);
    let status = program.status();
    super::watcher::end_all_below(std::process::id());
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("starting the first process of an enclosure: {error}");
            ExitCode::FAILURE
        }
    }
}
