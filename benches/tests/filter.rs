//! A filter that matches no bench is told.

use benches::complaint;

fn of(has_run: bool, arguments: &[&str]) -> Option<String> {
    complaint(has_run, arguments.iter().map(|argument| String::from(*argument)))
}

#[test]
fn a_filter_that_matches_nothing_is_told_with_the_cure() {
    let told = of(false, &["diamnod/serial", "--bench"]);
    assert_eq!(
        told.as_deref(),
        Some("no bench matches diamnod/serial: cargo bench -- --list shows them all")
    );
}

#[test]
fn what_has_run_or_only_lists_or_compares_is_right() {
    assert_eq!(of(true, &["diamond", "--bench"]), None);
    assert_eq!(of(false, &["--list", "--bench"]), None);
    assert_eq!(of(false, &["--load-baseline=before", "--bench"]), None);
}
