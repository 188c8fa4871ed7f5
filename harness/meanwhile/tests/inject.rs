//! The n-th failure of each system call, injected with strace, in a release build: `make inject`.
//!
//! *What to notice*: a row says which system call fails, how, and what that may cost: nothing, or the call that it was made
//! for. strace counts for each thread, so several threads may meet the failure; then each of them may lose a call. A
//! failure before the first call belongs to making the model. It may end the program, but with one line and without
//! a panic.
//!
//! *What is deliberately missing*: memory that runs out. A Rust program ends when its allocator fails.

mod support;

use std::process::{Command, ExitCode};

#[cfg(target_os = "linux")]
#[path = "inject/failures.rs"]
mod failures;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    if let Some(ended) = failures::be_the_subject() {
        return ended;
    }
    let mut all = Vec::new();
    #[cfg(all(target_os = "linux", not(debug_assertions)))]
    if strace_works() {
        all = failures::trials();
    } else {
        eprintln!("skipped: strace is missing, or this system forbids ptrace");
    }
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), std::mem::take(&mut all)).exit_code()
}

#[cfg_attr(any(not(target_os = "linux"), debug_assertions), allow(dead_code, reason = "for a release build"))]
fn strace_works() -> bool {
    let strace = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output();
    strace.is_ok_and(|output| output.status.success())
}
