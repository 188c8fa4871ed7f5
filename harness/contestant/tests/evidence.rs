//! Answers count as far as the mock's own counts and the clock bear them out.

use std::time::Duration;

use contestant::measure::Usage;
use contestant::{Captured, Evidence, Judgement};
use downstream_mock::{Heat, Stats};
use rstest::rstest;

/// What is known about an honest heat of two calls, one after the other.
struct Known {
    stdout: String,
    usage: Usage,
    stats: Stats,
    heat: Heat,
}

impl Known {
    fn honest() -> Self {
        let mut heat = Heat::new(2, Duration::from_millis(100));
        heat.asked = vec![1, 1];
        let stdout = format!("1 200 {}\r\n\n0 200 {}\n", heat.answer(1), heat.answer(0));
        let stats = Stats { requests: 2, answered: 2, peak_in_flight: 1, ..Stats::default() };
        Self { stdout, usage: Usage { wall_s: 0.2, ..Usage::default() }, stats, heat }
    }

    fn judge(&self) -> Judgement {
        let Self { usage, stats, heat, .. } = self;
        let stdout = Captured { bytes: self.stdout.clone().into(), cut: false };
        Evidence { calls: 2, in_flight: 1, stdout: &stdout, usage, stats, heat }.judge()
    }
}

#[test]
fn an_answer_to_each_call_that_the_mock_bears_out_is_no_fault() {
    let judgement = Known::honest().judge();
    assert_eq!((judgement.ok, judgement.failed, judgement.fault), (2, 0, None));
}

#[rstest]
#[case::without_a_request(|known: &mut Known| known.heat.asked[0] = 0, "call 0, and the mock counted no request for it")]
#[case::asked_for_twice(|known: &mut Known| known.heat.asked[1] = 2, "the mock counted 2 requests for call 1")]
#[case::beside_other_requests(|known: &mut Known| known.heat.strays = 1, "1 request for what is none of its calls")]
#[case::on_a_kept_connection(|known: &mut Known| known.heat.reused = 1, "1 request on a connection that had one before")]
#[case::without_an_answer(|known: &mut Known| known.stats.answered = 1, "the mock answered 1 of 2")]
#[case::beyond_the_limit(|known: &mut Known| known.stats.peak_in_flight = 2, "2 calls in flight where 1 were allowed")]
#[case::before_it_can_be_there(|known: &mut Known| known.usage.wall_s = 0.199, "cannot be answered before 0.200 s")]
fn an_answer_is_a_fault(#[case] differs: fn(&mut Known), #[case] reason: &str) {
    let mut known = Known::honest();
    differs(&mut known);
    let fault = known.judge().fault.expect("a fault");
    assert!(fault.contains(reason), "{fault}");
}

/// Two calls of 300 and 500 ms, one after the other. Twice any one latency would accuse an honest run, or miss one that is not.
#[rstest]
#[case::as_long_as_both_take(0.8, None)]
#[case::shorter(0.799, Some("2 calls cannot be answered before 0.800 s"))]
fn a_run_whose_latencies_differ_is_held_against_their_sum(#[case] wall_s: f64, #[case] reason: Option<&str>) {
    let mut known = Known::honest();
    known.heat.latencies = [300, 500].map(Duration::from_millis).into();
    known.usage.wall_s = wall_s;
    let fault = known.judge().fault;
    assert_eq!(fault.is_some(), reason.is_some(), "{fault:?}");
    assert!(fault.unwrap_or_default().contains(reason.unwrap_or_default()));
}

#[rstest]
#[case::twice("0 200 TOKEN0\n0 200 TOKEN0\n", "answered call 0 twice")]
#[case::for_another_call("0 200 TOKEN0\n7 200 7\n", "answered call 7, which there is not")]
#[case::of_another_call("0 200 TOKEN1\n1 200 TOKEN0\n", "call 0 was answered \"1-")]
#[case::that_is_guessed("0 200 0\n1 200 1\n", "call 0 was answered \"0\", not \"0-")]
#[case::with_a_failure("0 200 TOKEN0\n1 - reset\n", "1 call failed, the first with reset")]
#[case::with_an_unknown_failure("0 200 TOKEN0\n1 - so so\n", "printed \"1 - so so\"")]
#[case::with_an_escape("\x1b[2J\n", "printed \"\\u{1b}[2J\"")]
fn a_line_is_a_fault(#[case] stdout: &str, #[case] reason: &str) {
    let mut known = Known::honest();
    let answer = |call| known.heat.answer(call);
    known.stdout = stdout.replace("TOKEN0", &answer(0)).replace("TOKEN1", &answer(1));
    let fault = known.judge().fault.expect("a fault");
    assert!(fault.contains(reason), "{fault}");
}

#[test]
fn answers_that_a_process_left_behind_would_have_given_are_missing() {
    let mut known = Known::honest();
    known.stdout = String::new();
    known.usage.left_behind = 1;
    let fault = known.judge().fault.expect("a fault");
    assert!(fault.ends_with("it ended before the processes that it started"), "{fault}");
}
