//! What is observed is what happened.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use observe::{Machine, Noise, Observed, ProcessTimes, Status};

#[test]
fn a_descriptor_is_counted_while_it_is_open() {
    // Other tests of this process open descriptors meanwhile, but never this many.
    let before = Observed::this().resources().descriptors;
    let many: Vec<_> = (0..200).map(|_| File::open("/dev/null").unwrap()).collect();
    assert!(Observed::this().resources().descriptors > before + many.len() / 2);
}

#[test]
fn a_processs_status_has_its_threads_and_its_memory() {
    let status = Status::of(std::process::id()).unwrap();
    assert!(status.threads >= Some(1) && status.peak_resident_bytes > Some(100_000), "{status:?}");
    assert!(Status::of(u32::MAX).is_none());
}

#[test]
fn a_child_is_among_the_children_until_it_is_waited_for() {
    // Only children of a process's first thread are found, and a test runs on another thread. So a shell has the
    // children.
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
    while Observed::this().asleep_in(thread).is_none_or(|call| call != "recvfrom" && call != "read") {
        std::thread::yield_now();
    }
    ours.write_all(b"x").unwrap();
    while Observed::this().asleep_in(thread).as_deref() != Some("futex") {
        std::thread::yield_now();
    }
    drop(go_on);
    reader.join().unwrap();
    assert_eq!(Observed::this().asleep_in(u32::MAX), None);
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

/// A shell with a child in a session of its own, which has a child.
#[test]
fn descendants_are_found_however_deep_and_in_whatever_session() {
    let script = "setsid sh -c 'sleep 60 & echo; wait' & read -r _; kill -- -$!";
    let mut shell =
        Command::new("sh").args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    BufReader::new(shell.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    let descendants = observe::descendants(shell.id());
    assert!(
        observe::all_children(std::process::id()).contains(&shell.id()),
        "a thread of the test has started it"
    );
    drop(shell.stdin.take());
    shell.wait().unwrap();
    assert_eq!(descendants.len(), 2, "the shell in a session of its own, and sleep");
}

#[test]
fn a_process_that_has_ended_says_so_until_it_is_waited_for() {
    let mut child =
        Command::new("sh").args(["-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"]).spawn().unwrap();
    let times = loop {
        let times = ProcessTimes::of(child.id()).expect("it was not waited for");
        if times.has_ended {
            break times;
        }
    };
    assert!(times.user_s + times.system_s > 0.0 && times.start_ticks > 0, "{times:?}");
    child.wait().unwrap();
    assert_eq!(ProcessTimes::of(u32::MAX), None);
}

#[test]
fn a_process_of_another_parent_is_noise_and_a_time_too_short_has_none() {
    let machine = Machine::now();
    assert_eq!(machine.noise_since(), Noise::default());
    // This process has waited for the shell, but not for its child, which has another parent now.
    let script = "timeout 20 sh -c 'while :; do :; done' >&- 2>&- & echo $!";
    let shell = Command::new("sh").args(["-c", script]).output().unwrap();
    std::thread::sleep(Duration::from_millis(400));
    let noise = machine.noise_since();
    let spinner = String::from_utf8(shell.stdout).unwrap();
    assert!(Command::new("kill").arg(spinner.trim()).status().unwrap().success());
    assert!(noise.others_cores > Some(0.1), "{noise:?}");
}

/// The shell opens two descriptors, computes, and sleeps in `read`.
#[test]
fn another_process_is_observed_as_this_one_is() {
    let script =
        "exec 7</dev/null 8</dev/null; i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done; echo; read -r _";
    let mut shell =
        Command::new("sh").args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let observed = Observed::process(shell.id());
    BufReader::new(shell.stdout.as_mut().unwrap()).read_line(&mut String::new()).unwrap();
    while observed.asleep_in(shell.id()).as_deref() != Some("read") {
        std::thread::yield_now();
    }
    let resources = observed.resources();
    assert!(resources.threads == 1 && resources.descriptors >= 5, "{resources:?}");
    assert!(observed.cpu_time() > Duration::from_millis(1), "{:?}", observed.cpu_time());
    observed.forget_peak();
    assert!(observed.peak_resident_bytes() > Some(100_000));
    assert_eq!(observed.descriptor_limits(), Observed::this().descriptor_limits());
    assert!(observed.descriptor_limits().now > Some(2));
    drop(shell.stdin.take());
    shell.wait().unwrap();
    assert_eq!(Observed::process(u32::MAX).cpu_time(), Duration::ZERO);
}

#[test]
fn the_cpu_time_of_a_process_is_told_with_that_of_all_below_it() {
    let script = "sh -c 'while :; do :; done' & echo; read -r _; kill $!";
    let mut shell =
        Command::new("sh").args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    BufReader::new(shell.stdout.as_mut().unwrap()).read_line(&mut String::new()).unwrap();
    let observed = Observed::process(shell.id());
    while observed.cpu_time_with_all_below() < observed.cpu_time() + Duration::from_millis(20) {
        std::thread::sleep(Duration::from_millis(1));
    }
    drop(shell.stdin.take());
    shell.wait().unwrap();
}
