//! Calls that are made from the replies before them.

use std::time::{Duration, Instant};

use downstream_call::{Call, Failure, Run, Work};
use downstream_mock::faults::{BrokenDiamond, StepB};
use downstream_mock::{Config, DIAMOND_COMPLETE, Mock};

use super::cancelling::{cancel_soon, ended_by_cancelling};
use super::list::{Entry, FEW};
use super::{
    LATENCY, SECOND, UNANSWERED, cancellable, ended_as_it_cancels, in_flight_instead, in_flight_timeout,
    work_that_panics,
};
use crate::Requirement;
use crate::breach::Held;
use crate::requirement::contract;
use crate::stage::{Stage, limited};
use crate::words::told;

/// Five calls that need each other.
pub(super) const ROWS: &[Entry] = &[
    Entry {
        about: Requirement {
            name: "a diamond's middle is made together",
            contract: contract::DIAMOND,
            page: "mending.md#diamonds",
            look_for: "code that waits for B before it starts C. Start B, C and D together: none needs the reply of another",
        },
        watched: &[],
        descriptors: FEW,
        hold: a_diamonds_middle_is_made_together,
    },
    Entry {
        about: Requirement {
            name: "a diamond keeps to the limit too",
            contract: contract::DIAMOND,
            page: "mending.md#how-many-calls-wait-together",
            look_for: "a middle that is made without the run's limit of calls in flight",
        },
        watched: &[],
        descriptors: FEW,
        hold: a_diamond_keeps_to_the_limit_too,
    },
    Entry {
        about: Requirement {
            name: "a diamond ends with its first failure",
            contract: contract::DIAMOND,
            page: "mending.md#diamonds",
            look_for: "B, C and D made with run.part(): it does not cancel the other two when one fails. run.step() does",
        },
        watched: &[],
        descriptors: FEW,
        hold: a_diamond_ends_with_its_first_failure,
    },
    Entry {
        about: Requirement {
            name: "a wrong token fails a diamond",
            contract: contract::DIAMOND,
            page: "mock.md",
            look_for: "a reply that is used whatever its status is: the Diamond's steps check it",
        },
        watched: &[],
        descriptors: FEW,
        hold: a_wrong_token_fails_a_diamond,
    },
    Entry {
        about: Requirement {
            name: "a diamond can be cancelled",
            contract: contract::DIAMOND,
            page: "mending.md#diamonds",
            look_for: "a step that is made from a run without the cancel of the diamond's run",
        },
        watched: &[],
        descriptors: FEW,
        hold: a_diamond_can_be_cancelled,
    },
    Entry {
        about: Requirement {
            name: "work that panics in a diamond's middle cancels the other calls",
            contract: contract::DIAMOND,
            page: "mending.md#diamonds",
            look_for: "a step whose reply is checked for failure before its work is done. Do the work first, then look at the outcome, and cancel C and D if it failed",
        },
        watched: &[],
        descriptors: FEW,
        hold: a_panic_in_a_diamonds_middle_cancels_the_rest,
    },
];

fn a_diamonds_middle_is_made_together(stage: &mut Stage<'_>) -> Held {
    let mock = slow_mock(LATENCY)?;
    let started = Instant::now();
    let reply = stage
        .diamond(&Run::default(), diamond(&mock, stage.patient))?
        .map_err(|failure| failure.to_string())?;
    let took = started.elapsed();
    ensure!(
        reply.body == DIAMOND_COMPLETE.as_bytes(),
        "E answered {:?}",
        reply.body.escape_ascii().to_string()
    );
    let (stats, together) = (mock.stats(), stage.at_once.min(3));
    ensure!(stats.requests == 5, "{} requests were made, not 5", stats.requests);
    ensure!(
        stats.peak_in_flight == together as u64,
        "{} of B, C and D in flight at a time, not {together}",
        stats.peak_in_flight
    );
    let latencies = if together == 3 { 3 } else { 5 };
    ensure!(took >= LATENCY * latencies, "took {} ms: a latency was left out", took.as_millis());
    let longest = LATENCY * latencies + SECOND + stage.queued();
    ensure!(took < longest, "took {} ms, not {latencies} latencies", took.as_millis());
    Ok(())
}

fn a_diamond_keeps_to_the_limit_too(stage: &mut Stage<'_>) -> Held {
    for limit in [1, 2] {
        let mock = slow_mock(LATENCY / 4)?;
        stage
            .diamond(&limited(limit), diamond(&mock, stage.patient))?
            .map_err(|failure| failure.to_string())?;
        let (peak, due) = (mock.stats().peak_in_flight, limit.min(stage.at_once) as u64);
        ensure!(peak == due, "{}", in_flight_instead(peak, limit, due));
    }
    Ok(())
}

/// B's connection is closed while C and D wait.
fn a_diamond_ends_with_its_first_failure(stage: &mut Stage<'_>) -> Held {
    let failure = broken_in_the_middle(stage, StepB::Closes, Work::None)?;
    ensure!(matches!(failure, Failure::Reset | Failure::Incomplete), "ended with {failure}");
    stage.still_works()
}

/// B is answered while C and D wait, and the work with its reply panics.
fn a_panic_in_a_diamonds_middle_cancels_the_rest(stage: &mut Stage<'_>) -> Held {
    let failure = broken_in_the_middle(stage, StepB::Answers, Work::Function(work_that_panics))?;
    ensure!(failure == Failure::WorkPanicked, "ended with {failure}");
    stage.still_works()
}

/// A diamond whose B fails while C and D are held: as the model cancels, the run ends long before their deadline or with it,
/// and E is never asked for.
fn broken_in_the_middle(stage: &mut Stage<'_>, b: StepB, work: Work) -> Held<Failure> {
    let failed = match b {
        StepB::Closes => "B's connection was closed",
        StepB::Answers => "B's work panicked",
    };
    let server = BrokenDiamond::start(b)?;
    let timeout = in_flight_timeout(stage);
    let base = Call::get(&server.url(), timeout).map_err(|error| error.to_string())?;
    let started = Instant::now();
    let outcome = stage.diamond(&Run { work, ..Run::default() }, base)?;
    let took = started.elapsed();
    let what = format!("{failed} while C and D waited, and the diamond");
    ended_as_it_cancels(stage, &what, took, timeout)?;
    let asked = server.asked();
    ensure!(!asked.contains('e'), "{failed}, and E was asked for all the same");
    let held = asked.chars().filter(|letter| "cd".contains(*letter)).count();
    ensure!(held == 2 || stage.at_once < 3, "{held} of C and D were asked for together with B, not both");
    ensure!(server.wait_for_given_up(held, SECOND), "of {asked}, {:?} was given up", server.given_up());
    outcome.err().ok_or_else(|| "ended with a reply".into())
}

fn a_wrong_token_fails_a_diamond(stage: &mut Stage<'_>) -> Held {
    for (path, status) in [("/diamond/b?a=wrong&rest=", 403), ("/status/500?rest=", 500)] {
        let base = Call { path: path.into(), ..stage.call("/", Duration::ZERO) };
        let outcome = stage.diamond(&Run::default(), base)?;
        ensure!(outcome == Err(Failure::UnexpectedStatus(status)), "{path} ended with {}", told(&outcome));
        let requests = stage.mock.stats().requests;
        ensure!(requests == 1, "{requests} requests were made after the first had failed");
    }
    Ok(())
}

/// Before it starts, and while A waits.
fn a_diamond_can_be_cancelled(stage: &mut Stage<'_>) -> Held {
    let run = cancellable()?;
    run.cancel.cancel();
    let outcome = stage.diamond(&run, diamond(&stage.mock, stage.patient))?;
    ensure!(outcome == Err(Failure::Cancelled), "ended with {}", told(&outcome));
    let (mock, timeout, run) = (slow_mock(UNANSWERED)?, in_flight_timeout(stage), cancellable()?);
    let (started, canceller) = (Instant::now(), cancel_soon(&run.cancel));
    let outcome = stage.diamond(&run, diamond(&mock, timeout));
    let took = started.elapsed();
    canceller.join().map_err(|_| "the cancelling thread panicked")?;
    let outcome = outcome?;
    let told = told(&outcome);
    ensure!(ended_by_cancelling(stage, &outcome), "cancelled while A waited, the diamond ended with {told}");
    ended_as_it_cancels(stage, "the cancelled diamond", took, timeout)
}

fn slow_mock(latency: Duration) -> Held<Mock> {
    Ok(Mock::start(Config { latency, ..Config::default() })?)
}

fn diamond(mock: &Mock, timeout: Duration) -> Call {
    Call::get(&format!("{}/diamond", mock.url()), timeout).expect("the mock's own URL")
}
