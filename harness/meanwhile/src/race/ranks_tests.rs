//! Ranks are made of differences that chance does not make.

use rstest::rstest;

use super::super::report::Standing;
use super::super::round::Round;
use super::super::statistics::median;
use super::{assign, in_order};

fn standing(contestant: &str, walls_s: &[f64]) -> Standing {
    let rounds: Vec<_> = walls_s.iter().map(|&wall_s| Round { wall_s, ..Round::default() }).collect();
    Standing { contestant: contestant.into(), median: median(&rounds), rounds, ..Standing::default() }
}

fn ranks(walls_s: &[Vec<f64>]) -> Vec<Option<usize>> {
    let mut standings: Vec<_> = walls_s.iter().map(|walls_s| standing("any", walls_s)).collect();
    assign(&mut standings);
    standings.iter().map(|standing| standing.rank).collect()
}

#[rstest]
#[case::within_40_ms(vec![vec![1.000], vec![1.039], vec![1.041]], &[1, 1, 3])]
#[case::within_2_percent(vec![vec![100.0], vec![101.9], vec![102.1]], &[1, 1, 3])]
#[case::in_any_order(vec![vec![4.01], vec![1.00], vec![4.00]], &[2, 1, 2])]
#[case::no_chain_of_small_differences(vec![vec![1.000], vec![1.030], vec![1.060]], &[1, 1, 3])]
#[case::two_rounds_tell_as_little(vec![vec![1.0, 1.0], vec![1.035, 1.035]], &[1, 1])]
#[case::three_rounds_tell_5_ms(vec![vec![1.0; 3], vec![1.004; 3], vec![1.006; 3]], &[1, 1, 3])]
#[case::spreads_that_overlap(vec![vec![0.9, 1.0, 1.1], vec![1.1, 1.15, 1.2]], &[1, 1])]
#[case::spreads_that_do_not(vec![vec![0.9, 1.0, 1.1], vec![1.2, 1.25, 1.3]], &[1, 2])]
fn rows_within_the_noise_share_a_rank(#[case] walls_s: Vec<Vec<f64>>, #[case] expected: &[usize]) {
    let expected: Vec<_> = expected.iter().copied().map(Some).collect();
    assert_eq!(ranks(&walls_s), expected);
}

#[test]
fn a_contestant_without_a_result_has_no_rank() {
    assert_eq!(ranks(&[vec![], vec![1.0]]), [None, Some(1)]);
}

#[test]
fn a_rank_is_in_the_order_of_the_book_and_programs_come_last() {
    let mut standings = [
        standing("mine", &[1.000]),
        standing("io-uring", &[1.001]),
        standing("thread-pool", &[4.0]),
        standing("busy-poll", &[1.030]),
    ];
    assign(&mut standings);
    let names: Vec<_> = in_order(&standings).iter().map(|standing| standing.contestant.as_str()).collect();
    assert_eq!(names, ["busy-poll", "io-uring", "mine", "thread-pool"]);
}
