//! What is measured is the program's own, and none of its parent's.

use crate::support::meanwhile;
use contestant::measure::{Measured, Usage};

fn measure(command: &[&str]) -> Usage {
    let ran = meanwhile(&[&["measure", "--"], command].concat());
    match serde_json::from_str(&ran.stderr) {
        Ok(Measured::Ended(usage)) => usage,
        other => panic!("{other:?} in {}", ran.stderr),
    }
}

#[test]
fn wall_is_from_start_to_end_and_waiting_takes_no_cpu() {
    let usage = measure(&["sleep", "0.1"]);
    assert!(usage.wall_s >= 0.1, "{usage:?}");
    assert!(usage.user_s < Some(0.05) && usage.system_s < Some(0.05), "{usage:?}");
}

#[test]
fn a_small_program_does_not_look_as_large_as_its_parent() {
    let usage = measure(&["sleep", "0.1"]);
    assert!(usage.peak_rss_bytes < Some(3 << 20), "{usage:?}");
}

#[test]
fn memory_and_threads_are_summed_over_children() {
    let usage =
        measure(&["sh", "-c", "head -c 30000000 /dev/zero | (sleep 0.1; tail -n 1 | wc -c; sleep 0.1)"]);
    assert!(usage.peak_rss_bytes > Some(30_000_000), "{usage:?}");
    assert!(usage.peak_threads >= Some(3), "{usage:?}");
}

#[test]
fn cpu_time_is_the_programs() {
    let usage = measure(&["sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"]);
    assert!(usage.user_s.zip(usage.system_s).is_some_and(|(user, system)| user + system > 0.01), "{usage:?}");
}

#[test]
fn how_it_ended_and_what_it_said_is_kept_and_escaped() {
    let usage = measure(&["sh", "-c", "printf 'one\\n\\033[2Jtwo\\n' >&2; exit 3"]);
    assert_eq!(usage.ended_badly.as_deref(), Some("exit status 3"));
    assert_eq!(usage.stderr, "one\n\\u{1b}[2Jtwo\n");
}

/// The child computes, and says so through a pipe; then its parent ends, and the child would go on for a minute.
#[test]
fn what_is_left_behind_in_a_session_of_its_own_is_ended_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let busy = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done";
    let script = format!("mkfifo $0; setsid sh -c '{busy}; echo >$0; exec sleep 60' $0 & read -r _ <$0");
    let usage = measure(&["sh", "-c", &script, pipe.to_str().unwrap()]);
    assert!(usage.user_s.zip(usage.system_s).is_some_and(|(user, system)| user + system > 0.01), "{usage:?}");
    assert_eq!((usage.left_behind, usage.wall_s < 50.0), (1, true), "{usage:?}");
}
