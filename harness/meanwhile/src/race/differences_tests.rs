//! What stands out within a tie.

use rstest::rstest;

use super::super::report::Standing;
use super::super::round::Round;
use super::{THREADS, told};

fn tie(threads: &[u64]) -> Vec<Standing> {
    let standing = |(at, &threads): (usize, &u64)| Standing {
        contestant: format!("c{at}"),
        rank: Some(1),
        median: Some(Round { wall_s: 1.0, peak_threads: Some(threads), ..Round::default() }),
        ..Standing::default()
    };
    threads.iter().enumerate().map(standing).collect()
}

#[rstest]
#[case::one(&[1, 101, 7], &["c1"])]
#[case::two_alike(&[33, 1, 33, 7], &["c0", "c2"])]
#[case::half_of_all(&[3, 3, 3, 3, 1, 1], &[])]
#[case::by_one_thread(&[1, 2, 1], &[])]
#[case::all_alike(&[1, 1, 1], &[])]
fn what_stands_out_has_far_more_than_the_next(#[case] threads: &[u64], #[case] expected: &[&str]) {
    let standings = tie(threads);
    assert_eq!(THREADS.stand_out(&standings.iter().collect::<Vec<_>>()), expected);
}

#[test]
fn a_line_tells_the_range_and_what_stands_out() {
    let standings = tie(&[1, 101, 7]);
    let lines = told(&standings.iter().collect::<Vec<_>>());
    assert_eq!(
        lines,
        ["3 contestants tie at rank 1; what differs (* stands out):", "  threads: 1 to 101, most in c1"]
    );
}
