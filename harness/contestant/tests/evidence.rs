//! Answers count as far as the mock's own counts bear them out.

use contestant::measure::Usage;
use contestant::{Captured, Evidence, Judgement};
use downstream_mock::Stats;
use rstest::rstest;

/// The judgement over two calls, of which the mock has counted this many requests and answers.
fn judge(stdout: &str, requests: u64, answered: u64, peak_in_flight: u64) -> Judgement {
    let stdout = Captured { bytes: stdout.into(), cut: false };
    let stats = Stats { requests, answered, peak_in_flight, ..Stats::default() };
    Evidence { calls: 2, in_flight: 1, stdout: &stdout, usage: &Usage::default(), stats: &stats }.judge()
}

#[test]
fn an_answer_to_each_call_that_the_mock_bears_out_is_no_fault() {
    let judgement = judge("1 200 1\r\n\n0 200 0\n", 2, 2, 1);
    assert_eq!((judgement.ok, judgement.failed, judgement.fault), (2, 0, None));
}

#[rstest]
#[case::without_a_request("0 200 0\n1 200 1\n", 0, 0, 0, "the mock counted 0 requests")]
#[case::without_an_answer("0 200 0\n1 200 1\n", 2, 1, 1, "the mock answered 1 of 2")]
#[case::beyond_the_limit("0 200 0\n1 200 1\n", 2, 2, 2, "2 calls in flight where 1 were allowed")]
#[case::twice("0 200 0\n0 200 0\n", 2, 2, 1, "answered call 0 twice")]
#[case::for_another_call("0 200 0\n7 200 7\n", 2, 2, 1, "answered call 7, which there is not")]
#[case::with_a_failure("0 200 0\n1 - reset\n", 2, 2, 1, "1 call failed, the first with reset")]
#[case::with_an_unknown_failure("0 200 0\n1 - so so\n", 2, 2, 1, "printed \"1 - so so\"")]
#[case::with_an_escape("\x1b[2J\n", 2, 2, 1, "printed \"\\u{1b}[2J\"")]
fn an_answer_is_a_fault(
    #[case] stdout: &str,
    #[case] requests: u64,
    #[case] answered: u64,
    #[case] peak_in_flight: u64,
    #[case] reason: &str,
) {
    let fault = judge(stdout, requests, answered, peak_in_flight).fault.expect("a fault");
    assert!(fault.contains(reason), "{fault}");
}
