//! A milestone is read back from its line, and its time means the same in every process of the machine.

use std::time::{Duration, Instant};

use downstream_call::{MachineClock, Mark, Milestone, MilestoneLine};
use proptest::prelude::*;

proptest! {
    #[test]
    fn every_line_reads_back(call: usize, which in 0..Milestone::ALL.len(), at_us: u64, thread: u32) {
        let line = MilestoneLine { call, milestone: Milestone::ALL[which], at_us, thread };
        prop_assert_eq!(MilestoneLine::parse(line.to_string().as_bytes()), Some(line));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
        let line = [b"milestone ", bytes.as_slice()].concat();
        let read = MilestoneLine::parse(&line);
        prop_assert!(read.is_none() || line.is_ascii());
    }
}

#[test]
fn a_line_has_the_form_that_the_page_describes() {
    let line = MilestoneLine { call: 7, milestone: Milestone::FirstByte, at_us: 12_345, thread: 99 };
    assert_eq!(line.to_string(), "milestone 7 first_byte 12345 99");
}

#[test]
fn what_is_no_line_is_none() {
    for text in [
        "",
        "milestone",
        "milestone ",
        "milestone 0 sent 1",
        "milestone 0 sent 1 ",
        "milestone 0 sent 1 2 3",
        "milestone  sent 1 2",
        "milestone 0 began 1 2",
        "milestone +0 sent 1 2",
        "milestone 0 sent -1 2",
        "milestone 0 sent 1 4294967296",
        "Milestone 0 sent 1 2",
        "0 200 milestone 0 sent 1 2",
    ] {
        assert_eq!(MilestoneLine::parse(text.as_bytes()), None, "{text:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_mark_reads_back_to_the_microsecond_before_and_after_the_clock_was_read() {
    let before = Instant::now();
    std::thread::sleep(Duration::from_millis(2));
    let clock = MachineClock::read().expect("Linux has one");
    std::thread::sleep(Duration::from_millis(2));
    for at in [before, Instant::now()] {
        let mark = Mark { call: 3, milestone: Milestone::Sent, at, thread: 5 };
        let read = MilestoneLine::new(&mark, &clock).mark(&clock).expect("not far away");
        let (earlier, later) = (read.at.min(at), read.at.max(at));
        assert!(later - earlier <= Duration::from_micros(1), "{at:?} was read back as {:?}", read.at);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_clock_is_the_one_of_the_system() {
    let clock = MachineClock::read().expect("Linux has one");
    let machine_us = || {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        u64::try_from(now.tv_sec).unwrap() * 1_000_000 + u64::try_from(now.tv_nsec).unwrap() / 1000
    };
    let (before_us, at_us, after_us) = (machine_us(), clock.microseconds(Instant::now()), machine_us());
    // Both clocks are looked at one after the other.
    let range = before_us - 1000..=after_us + 1000;
    assert!(range.contains(&at_us), "{at_us} is not within {range:?}");
}

#[test]
fn a_time_that_is_too_far_away_is_no_mark() {
    let Some(clock) = MachineClock::read() else { return };
    let line = MilestoneLine { call: 0, milestone: Milestone::Sent, at_us: u64::MAX, thread: 1 };
    // Some systems can tell a time so far away: then it reads back.
    assert!(line.mark(&clock).is_none_or(|mark| clock.microseconds(mark.at) == u64::MAX));
}
