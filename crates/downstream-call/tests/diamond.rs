//! The paths of a diamond, and bodies that are not tokens.

use std::time::Duration;

use downstream_call::{Call, Diamond, Failure, Outcome, Reply};
use rstest::rstest;

fn diamond() -> Diamond {
    Diamond::new(Call::get("http://127.0.0.1:8080/diamond", Duration::from_secs(1)).expect("good"))
}

fn reply(status: u16, body: &[u8]) -> Reply {
    Reply { status, body: body.to_vec(), worked: None }
}

#[test]
fn each_step_carries_the_tokens_of_the_steps_before_it() {
    let plan = diamond();
    let paths = |calls: &[Call]| calls.iter().map(|call| call.path.to_string()).collect::<Vec<_>>();
    assert_eq!(paths(&[plan.a()]), ["/diamond/a"]);
    let b_c_d = plan.b_c_d(&reply(200, b"A-1")).expect("a token");
    assert_eq!(paths(&b_c_d), ["/diamond/b?a=A-1", "/diamond/c?a=A-1", "/diamond/d?a=A-1"]);
    let e = plan.e(&[b"B_2", b"C_3", b"D_4"].map(|token| reply(200, token))).expect("tokens");
    assert_eq!(paths(&[e]), ["/diamond/e?b=B_2&c=C_3&d=D_4"]);
}

#[rstest]
#[case::empty(reply(200, b""))]
#[case::two_lines(reply(200, b"a\r\nb"))]
#[case::another_parameter(reply(200, b"a&d=b"))]
#[case::a_space(reply(200, b"a b"))]
#[case::not_text(reply(200, b"\xff"))]
#[case::not_ascii(reply(200, "\u{e9}".as_bytes()))]
fn a_body_that_is_no_token_is_refused_at_every_step(#[case] bad: Reply) {
    let (plan, good) = (diamond(), reply(200, b"good"));
    let malformed = Failure::Malformed("diamond token".into());
    assert_eq!(plan.b_c_d(&bad), Err(malformed.clone()));
    for place in 0..3 {
        let mut replies = [good.clone(), good.clone(), good.clone()];
        replies[place] = bad.clone();
        assert_eq!(plan.e(&replies), Err(malformed.clone()));
    }
}

#[test]
fn a_status_other_than_200_ends_the_diamond_at_every_step() {
    let (plan, good, bad) = (diamond(), reply(200, b"good"), reply(403, b"good"));
    let refused = Failure::UnexpectedStatus(403);
    assert_eq!(plan.b_c_d(&bad), Err(refused.clone()));
    assert_eq!(plan.e(&[good.clone(), good.clone(), bad.clone()]), Err(refused.clone()));
    assert_eq!(plan.end(bad), Err(refused));
    assert_eq!(plan.end(reply(200, b"anything at all")), Ok(reply(200, b"anything at all")));
}

#[rstest]
#[case::the_only_failure([Ok(()), Err(Failure::Reset), Ok(())], Failure::Reset)]
#[case::the_first_of_two([Err(Failure::Incomplete), Ok(()), Err(Failure::Reset)], Failure::Incomplete)]
#[case::not_the_cancelled_one([Err(Failure::Cancelled), Ok(()), Err(Failure::Reset)], Failure::Reset)]
#[case::not_the_one_cancelled_later([Ok(()), Err(Failure::Reset), Err(Failure::Cancelled)], Failure::Reset)]
#[case::unless_all_were_cancelled([Ok(()), Err(Failure::Cancelled), Err(Failure::Cancelled)], Failure::Cancelled)]
fn the_failure_that_ended_the_three_is_the_outcome(
    #[case] ends: [Result<(), Failure>; 3],
    #[case] blamed: Failure,
) {
    let outcomes = ends.map(|end| -> Outcome { end.map(|()| reply(200, b"token")) });
    assert_eq!(Diamond::together(outcomes), Err(blamed));
}

#[test]
fn three_replies_together_keep_their_order() {
    let replies = [b"b", b"c", b"d"].map(|token| reply(200, token));
    assert_eq!(Diamond::together(replies.clone().map(Ok)), Ok(replies));
    assert_eq!(Diamond::together([Ok(reply(200, b"b"))]), Err(Failure::Lost));
}
