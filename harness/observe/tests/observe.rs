//! What the system tells is what happened.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::{Read, Write};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use observe::{Resources, Status};

#[test]
fn a_descriptor_is_counted_while_it_is_open() {
    // Other tests of this process open descriptors meanwhile, but never this many.
    let before = Resources::now().descriptors;
    let many: Vec<_> = (0..200).map(|_| File::open("/dev/null").unwrap()).collect();
    assert!(Resources::now().descriptors > before + many.len() / 2);
}

#[test]
fn a_processs_status_has_its_threads_and_its_memory() {
    let status = Status::of(std::process::id()).unwrap();
    assert!(status.threads >= Some(1) && status.peak_resident_bytes > Some(100_000), "{status:?}");
    assert!(Status::of(u32::MAX).is_none());
}

#[test]
fn a_child_is_among_the_children_until_it_is_waited_for() {
    // The children of the first thread alone are found: the test has a thread of its own, so a shell stands in.
    let script = "sleep 60 & cat /proc/$$/task/$$/children; kill $!";
    let output = Command::new("sh").args(["-c", script]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().split_whitespace().count(), 2, "sleep and cat");
    assert!(observe::children(u32::MAX).is_empty());
}

#[test]
fn computing_takes_cpu_time_and_an_ended_child_is_accounted() {
    let before = observe::cpu_time();
    while observe::cpu_time() < before + Duration::from_millis(5) {}
    let busy = Command::new("sh").args(["-c", "i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done"]).status();
    assert!(busy.unwrap().success());
    let children = observe::ended_children();
    assert!(children.user_s.zip(children.system_s).is_some_and(|(user, system)| user + system > 0.0));
    assert!(children.peak_resident_bytes > Some(100_000), "{children:?}");
}

#[test]
fn a_thread_that_sleeps_says_in_which_system_call() {
    let (tell, told) = std::sync::mpsc::channel();
    let (go_on, stopped) = std::sync::mpsc::channel::<()>();
    let (mut ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    let reader = std::thread::spawn(move || {
        tell.send(observe::this_thread().unwrap()).unwrap();
        let mut theirs = theirs;
        theirs.read_exact(&mut [0]).unwrap();
        stopped.recv().unwrap_err();
    });
    let thread = told.recv().unwrap();
    while observe::asleep_in(thread).is_none_or(|call| call != "recvfrom" && call != "read") {
        std::thread::yield_now();
    }
    ours.write_all(b"x").unwrap();
    while observe::asleep_in(thread).as_deref() != Some("futex") {
        std::thread::yield_now();
    }
    drop(go_on);
    reader.join().unwrap();
    assert_eq!(observe::asleep_in(u32::MAX), None);
}

#[test]
fn more_threads_than_cores_have_to_queue() {
    let cores = std::thread::available_parallelism().unwrap().get();
    let (before, enough) = (observe::queued(), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..2 * cores {
            scope.spawn(|| {
                while !enough.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        while observe::queued() < before + Duration::from_millis(5) {
            std::thread::sleep(Duration::from_millis(1));
        }
        enough.store(true, Ordering::Relaxed);
    });
}

#[test]
fn the_machine_has_memory_and_a_kernel() {
    assert!(observe::memory_bytes() > Some(1 << 20) && observe::kernel().is_some());
}
