//! The board fits every terminal.

use std::time::Duration;

use console::measure_text_width;
use rstest::rstest;

use super::{Lanes, Shown};
use crate::moving::fitted;

fn lanes() -> Lanes {
    let running =
        Shown::Running { elapsed: Duration::from_millis(12_345), answered: 10_000, waiting: 10_000 };
    let out = Shown::Out("a reason that is longer than any terminal is wide: ".repeat(4));
    let shown = [Shown::Ended { wall_s: 1.0 }, out, running];
    let names = ["serial", "async-await-multi-thread", "io-uring"];
    let contestants = names.map(String::from).into_iter().zip(shown).collect();
    Lanes {
        calls: 10_000,
        expected: Duration::from_secs(5),
        title: "100 calls, each answered after 1 s".into(),
        contestants,
    }
}

#[rstest]
fn no_line_reaches_the_last_column(#[values(2, 20, 36, 60, 76, 77, 80, 120, 300)] columns: usize) {
    let lines = fitted(&lanes().lines(24, columns), columns);
    assert_eq!(lines.len(), 6);
    assert!(lines.iter().all(|line| measure_text_width(line) < columns), "{lines:?}");
}

#[test]
fn a_low_terminal_shows_the_last_contestants() {
    let lines = lanes().lines(6, 80);
    assert_eq!(lines.len(), 5);
    assert!(lines[4].contains("io-uring") && lines[3].contains("async-await-multi-thread"), "{lines:?}");
}

/// The bar of a contestant, without what it is made of.
fn bar_of(shown: Shown, others: Shown, expected: Duration) -> usize {
    let contestants = vec![("other".into(), others), ("this".into(), shown)];
    let lanes = Lanes { calls: 100, expected, title: String::new(), contestants };
    lanes.lines(24, 120)[4].chars().filter(|sign| "█▒·".contains(*sign)).count()
}

#[test]
fn a_bar_is_as_long_as_its_time() {
    let ended = |wall_s| Shown::Ended { wall_s };
    let of_four = |wall_s| bar_of(ended(wall_s), ended(4.0), Duration::from_secs(4));
    assert_eq!((of_four(1.0), of_four(2.0), of_four(4.0)), (10, 20, 40));
    let running = Shown::Running { elapsed: Duration::from_secs(2), answered: 32, waiting: 32 };
    assert_eq!(bar_of(running, ended(1.0), Duration::from_secs(4)), 20);
}

#[test]
fn a_contestant_that_takes_longer_than_expected_has_the_longest_bar() {
    let ended = |wall_s| Shown::Ended { wall_s };
    assert_eq!(bar_of(ended(8.0), ended(2.0), Duration::from_secs(4)), 40);
    assert_eq!(bar_of(ended(2.0), ended(8.0), Duration::from_secs(4)), 10);
}

#[rstest]
#[case(60, "  12.3 s")]
#[case(80, "  12.3 s  10000 waiting, 10000 answered")]
fn counts_are_told_where_there_is_room(#[case] columns: usize, #[case] end: &str) {
    let line = &lanes().lines(24, columns)[5];
    assert!(console::strip_ansi_codes(line).ends_with(end), "{line}");
}
