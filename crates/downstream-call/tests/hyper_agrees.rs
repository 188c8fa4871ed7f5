//! On any bytes a server can send, an `Exchange` ends as hyper's client ends: with the same status and body, or with a
//! failure. The list of bad answers is the mock's catalogue; a generator and the fuzzer look for others.

mod support;

use std::cell::Cell;

use downstream_call::{Failure, Outcome};
use downstream_mock::faults::{Answer, AnswerEnd, Expect, Fault, catalogue};
use oracle::{Delivery, End, Ending, ends_unasked, ends_with};
use proptest::prelude::prop_assert;
use proptest::test_runner::TestRunner;
use rstest::rstest;
use support::delivery::{alike, outcome_of};
use support::responses;

#[test]
fn thousands_of_generated_and_mutated_responses_end_alike() {
    let config = responses::config(6_000);
    let (seed, cases) = (config.rng_seed, config.cases);
    let replies = Cell::new(0);
    let ended = TestRunner::new(config).run(&responses::delivery(), |delivery| {
        let (ours, theirs) = (outcome_of(&delivery), ends_with(&delivery));
        replies.set(replies.get() + u32::from(ours.is_ok()));
        prop_assert!(alike(&ours, &theirs), "Exchange: {ours:?}\nhyper: {theirs:?}");
        Ok(())
    });
    ended.unwrap_or_else(|difference| panic!("PROPTEST_RNG_SEED={seed}: {difference}"));
    // If all failed, or none, the two could hardly differ.
    assert!((cases / 5..cases / 5 * 4).contains(&replies.get()), "{} of {cases} are replies", replies.get());
}

#[test]
fn every_answer_of_the_catalogue_ends_alike_however_it_is_cut() {
    for fault in catalogue() {
        let Some(answer) = fault.answer() else { continue };
        for delivery in cuts(&answer) {
            let (ours, theirs) = (outcome_of(&delivery), ends_with(&delivery));
            let seen = || {
                let text = format!("{}\nExchange: {ours:?}\nhyper: {theirs:?}\n{delivery:?}", fault.name);
                text.chars().take(2_000).collect::<String>()
            };
            assert!(alike(&ours, &theirs), "{}", seen());
            assert!(is_expected(&fault, &ours, &theirs), "expected {:?}\n{}", fault.expect, seen());
        }
    }
}

/// An answer that arrives in parts is different: an `Exchange` parses a head only when its empty line has come, and hyper with
/// each part.
#[test]
fn with_the_connection_left_open_a_whole_answer_ends_both_at_once_or_both_at_the_deadline() {
    for fault in catalogue() {
        let Some(Answer { bytes, .. }) = fault.answer() else { continue };
        let delivery = Delivery::whole(&bytes, End::Silence);
        let (ours, theirs) = (outcome_of(&delivery), ends_with(&delivery));
        assert!(alike(&ours, &theirs), "{}: Exchange: {ours:?}, hyper: {theirs:?}", fault.name);
        let ours_waits = ours == Err(Failure::TimedOut);
        let theirs_waits = theirs.is_err_and(|refusal| refusal.class == "timed-out");
        assert_eq!(ours_waits, theirs_waits, "{}: Exchange: {ours:?}", fault.name);
    }
}

/// No class depends on where an answer is cut, or on which of hyper's parsers finds the mistake.
#[rstest]
#[case::a_bare_cr_before_the_head("\rHTTP/1.1\t200 OK\r\n\r\n".into(), "malformed")]
#[case::trailers_that_end_in_bare_lf(with_trailers("a: b\n", 101), "too-large")]
#[case::trailers_that_end_in_crlf(with_trailers("a: b\r\n", 101), "too-large")]
fn a_failure_has_one_class_however_it_is_cut(#[case] answer: String, #[case] class: &str) {
    let places = (0..answer.len()).map(|place| Delivery::cut(answer.as_bytes(), vec![place], End::Close));
    for delivery in places.chain([Delivery::sized(answer.as_bytes(), 1, End::Close)]) {
        let (ours, theirs) = (outcome_of(&delivery), ends_with(&delivery));
        assert_eq!(ours.map_err(|failure| failure.class()), Err(class), "{delivery:?}");
        assert_eq!(theirs.map_err(|refusal| refusal.class), Err(class), "{delivery:?}");
    }
}

fn with_trailers(line: &str, count: usize) -> String {
    format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n{}\r\n\r\n", line.repeat(count))
}

/// A small answer whole, cut in two at every place, and byte by byte; a large one in pieces of two sizes.
fn cuts(Answer { bytes, end }: &Answer) -> Vec<Delivery> {
    let end = match end {
        AnswerEnd::Close => End::Close,
        AnswerEnd::Reset => End::Reset,
        AnswerEnd::Silence => End::Silence,
    };
    if bytes.len() > 256 {
        return [64 * 1024, 1_000].map(|size| Delivery::sized(bytes, size, end)).into();
    }
    let two = (0..bytes.len().max(1)).map(|place| Delivery::cut(bytes, vec![place], end));
    two.chain([Delivery::sized(bytes, 1, end)]).collect()
}

/// Whether both ended as the catalogue expects: with its reply, or with a failure of one of its classes.
fn is_expected(fault: &Fault, ours: &Outcome, theirs: &Ending) -> bool {
    match (&fault.expect, ours, theirs) {
        (Expect::Reply { status, body }, Ok(reply), Ok(_)) => reply.status == *status && reply.body == **body,
        (Expect::Failure(classes), Err(failure), Err(refusal)) => {
            let name = failure.to_string();
            classes.contains(&refusal.class) && classes.iter().any(|class| name.starts_with(class))
        }
        (Expect::Reply { .. } | Expect::Failure(_), _, _) => false,
    }
}

/// The one difference, which is one of time. hyper reads once before it writes, because its connection could have been
/// idle, and bytes that have arrived by then break the protocol. An `Exchange` does not notice: its models send first.
#[test]
fn an_answer_before_the_request_is_malformed_to_hyper_alone() {
    let delivery = Delivery::whole(b"HTTP/1.1 204 No Content\r\n\r\n", End::Close);
    assert_eq!(ends_unasked(&delivery).map_err(|refusal| refusal.class), Err("malformed"));
    assert_eq!(ends_with(&delivery), Ok((204, Vec::new())));
    assert_eq!(outcome_of(&delivery).map(|reply| reply.status), Ok(204));
}
