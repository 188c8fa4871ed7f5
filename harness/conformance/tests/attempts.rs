//! A row may be tried again, and its result says so.

use conformance::{Verdict, tried};

#[test]
fn a_row_that_holds_at_once_is_tried_once() {
    let mut attempts = 0;
    let result = tried(|| {
        attempts += 1;
        Ok(())
    });
    assert_eq!((result.verdict, result.retried.len(), attempts), (Verdict::Held, 0, 1));
}

#[test]
fn a_row_that_holds_later_says_why_it_did_not_before() {
    let mut results = [Err("one".to_owned()), Err("two".to_owned()), Ok(())].into_iter();
    let result = tried(|| results.next().expect("three attempts"));
    assert_eq!((result.verdict, result.retried), (Verdict::Held, vec!["one".to_owned(), "two".to_owned()]));
}

#[test]
fn a_defect_stays_after_three_attempts() {
    let mut attempts = 0;
    let result = tried(|| {
        attempts += 1;
        Err(format!("attempt {attempts}"))
    });
    assert_eq!((result.verdict, attempts), (Verdict::Broken("attempt 3".into()), 3));
    assert_eq!(result.retried, ["attempt 1", "attempt 2"]);
}
