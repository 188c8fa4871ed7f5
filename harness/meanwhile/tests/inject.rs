//! The n-th failure of each system call, injected with strace, in a release build: `make inject`.
//!
//! *What to notice*: a row says which system call fails, how, and what that may cost: nothing, or the call that it was made
//! for. strace counts for each thread, so several threads may meet the failure; then each of them may lose a call. A
//! failure before the first call belongs to making the model. It may end the program, but with one line and without
//! a panic.
//!
//! *What is deliberately missing*: memory that runs out. A Rust program ends when its allocator fails.

#[cfg(all(target_os = "linux", not(debug_assertions)))]
#[path = "inject/failures.rs"]
mod failures;
#[cfg(all(target_os = "linux", not(debug_assertions)))]
mod support;

fn main() -> std::process::ExitCode {
    #[cfg(all(target_os = "linux", not(debug_assertions)))]
    return failures::main();
    #[cfg(not(all(target_os = "linux", not(debug_assertions))))]
    std::process::ExitCode::SUCCESS
}
