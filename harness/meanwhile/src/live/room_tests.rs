//! One answer for each page that was given out, and no answer that is no prediction.

use super::{Answer, MOST_TOKENS, Refusal, Room};
use crate::live::Prediction;
use timeline::page::{Candidate, Section};

#[test]
fn a_page_answers_once() {
    let room = room(Prediction::Time);
    let token = token(&room);
    assert_eq!(room.answer(answer(&token, &[3.0, 1.0])), Ok(1));
    assert_eq!(room.answer(answer(&token, &[3.0, 1.0])), Err(Refusal::Twice));
    assert_eq!(room.answer(answer("made up", &[3.0, 1.0])), Err(Refusal::UnknownToken));
}

#[test]
fn a_time_is_a_number_of_seconds_for_each_contestant() {
    let room = room(Prediction::Time);
    for values in
        [&[1.0][..], &[1.0, 2.0, 3.0], &[-1.0, 1.0], &[1.0, 3_601.0], &[f64::NAN, 1.0], &[f64::INFINITY, 1.0]]
    {
        let refused = room.answer(answer(&token(&room), values));
        assert_eq!(refused, Err(Refusal::NoPrediction), "{values:?}");
    }
    assert_eq!(room.answer(answer(&token(&room), &[0.0, 3_600.0])), Ok(1));
}

#[test]
fn a_place_is_a_whole_number_and_those_that_tie_share_one() {
    let room = room(Prediction::Order);
    for values in [[0.0, 1.0], [1.5, 1.0], [2.0, 3.0]] {
        assert_eq!(room.answer(answer(&token(&room), &values)), Err(Refusal::NoPrediction), "{values:?}");
    }
    assert_eq!(room.answer(answer(&token(&room), &[2.0, 1.0])), Ok(1));
    assert_eq!(room.answer(answer(&token(&room), &[1.0, 1.0])), Ok(2));
}

#[test]
fn no_answer_counts_once_the_race_has_started() {
    let room = room(Prediction::Time);
    let token = token(&room);
    room.start();
    assert_eq!(room.answer(answer(&token, &[1.0, 1.0])), Err(Refusal::TooLate));
}

#[test]
fn pages_are_given_out_up_to_a_limit() {
    let room = room(Prediction::Time);
    assert_eq!((0..=MOST_TOKENS).map_while(|_| room.ballot()).count(), MOST_TOKENS);
}

#[test]
fn predictions_stand_beside_what_was_measured() {
    let room = room(Prediction::Time);
    room.answer(answer(&token(&room), &[3.0, 1.0])).expect("an answer");
    let section = room.section(|name, _| (name == "serial").then_some(4.0));
    let Section::Predictions { guesses, .. } = section else { panic!("{section:?}") };
    let all: Vec<_> =
        guesses.iter().map(|guess| (guess.name.as_str(), guess.values.clone(), guess.measured)).collect();
    assert_eq!(all, [("serial", vec![3.0], Some(4.0)), ("epoll", vec![1.0], None)]);
}

fn room(what: Prediction) -> Room {
    Room::new(what, "2 calls".into(), ["serial", "epoll"].map(candidate).into())
}

fn candidate(name: &str) -> Candidate {
    Candidate { name: name.into(), waits: None }
}

fn token(room: &Room) -> String {
    match room.ballot() {
        Some(Section::Ballot(ballot)) => ballot.token,
        other => panic!("{other:?}"),
    }
}

fn answer(token: &str, values: &[f64]) -> Answer {
    Answer { token: token.into(), values: values.into() }
}
