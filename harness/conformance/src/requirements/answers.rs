//! What a run returns, and what it leaves behind.

use std::time::{Duration, Instant};

use downstream_call::{Call, Milestone, Reply, Run};
use downstream_mock::faults::{Scene, Script};

use super::list::{Entry, FEW};
use super::{LATENCY, after};
use crate::Requirement;
use crate::breach::{Held, Watched};
use crate::requirement::contract;
use crate::stage::{Stage, answers};
use crate::words::{all_told, told};

/// What comes back, before any waiting is judged.
pub(super) const ROWS: &[Entry] = &[
    Entry {
        about: Requirement {
            name: "a call brings the answer that was sent",
            contract: contract::ANSWERS,
            page: "mending.md#not-yet-is-not-the-end",
            look_for: "the steps of one call: connect, send all, receive until there is an outcome, noted at the index of its call; EAGAIN means not yet, and is neither a failure nor the end",
        },
        watched: &[],
        descriptors: FEW,
        hold: a_call_brings_the_answer_that_was_sent,
    },
    Entry {
        about: Requirement {
            name: "a call waits until its answer comes",
            contract: contract::ANSWERS,
            page: "mending.md#not-yet-is-not-the-end",
            look_for: "a call that is ended without a read that completed its answer: a deadline compared the wrong way round, EAGAIN (not yet) taken for a failure or passed on as Exchange::closed(), or an event taken for the answer",
        },
        watched: &[],
        descriptors: FEW,
        hold: a_call_waits_until_its_answer_comes,
    },
    Entry {
        about: Requirement {
            name: "a run returns one outcome for each call",
            contract: contract::OUTCOMES,
            page: "mending.md#one-outcome-for-each-call",
            look_for: "an outcome that is noted at another index than its call's (Exchange::index), twice, or not at all: FanOut says cancelled where none was noted",
        },
        watched: &[Watched::OutcomeForEach],
        descriptors: FEW,
        hold: a_run_returns_one_outcome_for_each_call,
    },
    Entry {
        about: Requirement {
            name: "no calls, no outcomes",
            contract: contract::OUTCOMES,
            page: "mending.md#one-outcome-for-each-call",
            look_for: "a loop that waits before it asks whether anything is left to wait for",
        },
        watched: &[],
        descriptors: FEW,
        hold: no_calls_no_outcomes,
    },
    Entry {
        about: Requirement {
            name: "a run gives back every descriptor and thread",
            contract: contract::LEFTOVERS,
            page: "suite.md#what-a-run-gives-back",
            look_for: "descriptors: a socket that is kept after its call has ended. Threads: one that is not joined. Processes: one that is not waited for",
        },
        watched: &[Watched::GivesBack],
        descriptors: FEW,
        hold: a_run_gives_back_every_descriptor_and_thread,
    },
    Entry {
        about: Requirement {
            name: "a failed call is an outcome, never a panic",
            contract: contract::FAILURES,
            page: "mending.md#a-failure-is-an-outcome",
            look_for: "an unwrap, an expect or an index where an error of one call should become its outcome",
        },
        watched: &[Watched::NeverPanics],
        descriptors: FEW,
        hold: a_failed_call_is_an_outcome,
    },
    Entry {
        about: Requirement {
            name: "outcomes come in the order of calls",
            contract: contract::OUTCOMES,
            page: "mending.md#one-outcome-for-each-call",
            look_for: "an outcome stored in the order in which calls end. Store it at the index of its call (Exchange::index)",
        },
        watched: &[],
        descriptors: FEW,
        hold: outcomes_come_in_the_order_of_calls,
    },
    Entry {
        about: Requirement {
            name: "an answer may come in parts",
            contract: contract::ANSWERS,
            page: "mending.md#not-yet-is-not-the-end",
            look_for: "a call that ends after its first read. One read may return only a part of the answer: read again until Exchange::received returns an outcome",
        },
        watched: &[],
        descriptors: FEW,
        hold: an_answer_may_come_in_parts,
    },
    Entry {
        about: Requirement {
            name: "a slow answer delays no other call",
            contract: contract::NEIGHBOURS,
            page: "mending.md#a-slow-answer-delays-all-others",
            look_for: "a socket that blocks in read: one that shares its thread must return EAGAIN (set_nonblocking)",
        },
        watched: &[],
        descriptors: FEW,
        hold: a_slow_answer_delays_no_other_call,
    },
];

/// How long a slow answer pauses: longer than a busy machine delays three others.
const PAUSE: Duration = Duration::from_millis(250);

fn a_call_brings_the_answer_that_was_sent(stage: &mut Stage<'_>) -> Held {
    let started = Instant::now();
    let outcomes = stage.fan_out(&Run::default(), &[stage.call("/echo/17", Duration::ZERO)])?;
    let took = after(started.elapsed());
    let sent = Reply { status: 200, body: b"17".to_vec(), worked: None };
    ensure!(outcomes[0] == Ok(sent), "ended with {} {took}, not with 200 \"17\"", told(&outcomes[0]));
    Ok(())
}

/// So late that the call has to wait, however slow the machine is.
fn a_call_waits_until_its_answer_comes(stage: &mut Stage<'_>) -> Held {
    let started = Instant::now();
    let outcome = &stage.fan_out(&Run::default(), &[stage.call("/echo/0", LATENCY)])?[0];
    let took = after(started.elapsed());
    ensure!(
        outcome.is_ok(),
        "ended with {} {took}, not with its answer, which was sent after {} ms",
        told(outcome),
        LATENCY.as_millis()
    );
    Ok(())
}

/// How many outcomes there are is looked at in every run.
fn a_run_returns_one_outcome_for_each_call(stage: &mut Stage<'_>) -> Held {
    for count in [1, 2, 5] {
        stage.fan_out(&Run::default(), &stage.calls(count, Duration::ZERO))?;
    }
    Ok(())
}

fn no_calls_no_outcomes(stage: &mut Stage<'_>) -> Held {
    stage.fan_out(&Run::default(), &[]).map(|_| ())
}

/// What is left behind is looked at after every run.
fn a_run_gives_back_every_descriptor_and_thread(stage: &mut Stage<'_>) -> Held {
    for _ in 0..3 {
        stage.fan_out(&Run::default(), &stage.calls(5, Duration::from_millis(1)))?;
    }
    Ok(())
}

/// A refused call among two that are answered. In which order outcomes come does not matter yet, nor what the failure is.
fn a_failed_call_is_an_outcome(stage: &mut Stage<'_>) -> Held {
    let closed = stage.mock.scene(&Scene::Refused)?;
    let mut calls = stage.calls(3, Duration::ZERO);
    calls[1] = Call::get(&closed.url(), stage.patient).map_err(|error| error.to_string())?;
    let outcomes = stage.fan_out(&Run::default(), &calls)?;
    let failed = outcomes.iter().filter(|outcome| outcome.is_err()).count();
    let answered = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    ensure!(
        (failed, answered) == (1, 2),
        "{failed} of 3 calls failed, where 1 went to a refused port: {}",
        all_told(&outcomes)
    );
    let calls = stage.calls(3, Duration::ZERO);
    let outcomes = stage.fan_out(&Run::default(), &calls)?;
    ensure!(
        outcomes.iter().all(Result::is_ok),
        "the calls of the next run ended so: {}",
        all_told(&outcomes)
    );
    Ok(())
}

/// The later a call starts, the sooner it is answered.
fn outcomes_come_in_the_order_of_calls(stage: &mut Stage<'_>) -> Held {
    let call = |id: u32| stage.call(&format!("/echo/{id}"), Duration::from_millis(2) * (20 - id));
    let calls: Vec<_> = (0..20).map(call).collect();
    answers(&stage.fan_out(&Run::default(), &calls)?)
}

/// In the head, at its end, and in the body.
fn an_answer_may_come_in_parts(stage: &mut Stage<'_>) -> Held {
    const ANSWER: [&str; 4] = ["HTTP/1.1 200 ", "OK\r\nContent-Length: 4\r\n", "\r\nfo", "ur"];
    let send = |script: Script, part: &&'static str| script.send(*part).wait(Duration::from_millis(10));
    let script = ANSWER.iter().fold(Script::new().read_head(), send);
    let server = stage.mock.fault(script)?;
    let call = Call::get(&server.url(), stage.patient).map_err(|error| error.to_string())?;
    let started = Instant::now();
    let outcome = &stage.fan_out(&Run::default(), &[call])?[0];
    let (told, took) = (told(outcome), after(started.elapsed()));
    let sent = Reply { status: 200, body: b"four".to_vec(), worked: None };
    ensure!(
        *outcome == Ok(sent),
        "an answer in four parts, 10 ms apart, ended with {told} {took}, not with 200 \"four\""
    );
    Ok(())
}

/// One answer pauses halfway, and the other three come meanwhile. Calls that wait for one another to start are the matter of a
/// later row: here only those count that had started.
fn a_slow_answer_delays_no_other_call(stage: &mut Stage<'_>) -> Held {
    const SLOW: usize = 1;
    let half = Script::new().read_head().send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
    let server = stage.mock.fault(half.wait(PAUSE).send("k"))?;
    let mut calls = stage.calls(4, Duration::from_millis(5));
    calls[SLOW] = Call::get(&server.url(), stage.patient).map_err(|error| error.to_string())?;
    let outcomes = stage.fan_out_beside(&Run::default(), &calls)?;
    let pause = PAUSE.as_millis();
    for (call, outcome) in outcomes.iter().enumerate() {
        let told = told(outcome);
        ensure!(
            outcome.is_ok(),
            "call {call} ended with {told}; the answer of call {SLOW} paused for {pause} ms"
        );
    }
    let marks = stage.marks();
    let place =
        |call, milestone| marks.iter().position(|mark| (mark.call, mark.milestone) == (call, milestone));
    let end = place(SLOW, Milestone::Finished);
    for call in (0..4).filter(|call| *call != SLOW) {
        let waited = place(call, Milestone::Started) < end && place(call, Milestone::Finished) > end;
        ensure!(
            !waited || stage.at_once < 4,
            "call {call} had started, and ended only after call {SLOW}, whose answer paused for {pause} ms"
        );
    }
    Ok(())
}
