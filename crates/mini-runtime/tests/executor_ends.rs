//! Dropping a runtime ends its threads. It is the only test in its file, because it counts the threads of the whole
//! process.
#![cfg(all(target_os = "linux", not(any(loom, shuttle))))]

use std::fs;

use mini_runtime::{Runtime, run_in_executor};

fn threads_and_descriptors() -> (usize, usize) {
    let entries = |folder| fs::read_dir(folder).expect("a folder").count();
    (entries("/proc/self/task"), entries("/proc/self/fd"))
}

#[test]
fn a_dropped_runtime_ends_the_threads_that_computed_for_it() {
    let before = threads_and_descriptors();
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async { run_in_executor(|| ()).await }).expect("a poller").expect("no panic");
    assert!(threads_and_descriptors().0 > before.0);
    drop(runtime);
    assert_eq!(threads_and_descriptors(), before);
}
