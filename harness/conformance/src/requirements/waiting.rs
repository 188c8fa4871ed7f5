//! How calls wait, and that each one ends by itself.

use std::time::{Duration, Instant};

use downstream_call::{Call, Failure, Milestone, Outcome, Reply, Run, Work};
use downstream_mock::faults::{Scene, Script};

use super::{LATENCY, SOON, UNANSWERED, after, ended_at_its_deadline, in_flight_instead, work_that_holds};
use crate::breach::Held;
use crate::stage::{Stage, answers, limited};
use crate::words::{all_told, calls, told};

pub(super) fn all_calls_wait_at_the_same_time(stage: &mut Stage<'_>) -> Held {
    // One after the other, they take less than the patience of the suite: more would look like a lost wake.
    const MANY: usize = 40;
    let count = MANY.min(stage.at_once.saturating_mul(3));
    // Longer than a busy machine takes to start them all.
    let latency = if stage.at_once < MANY { LATENCY } else { LATENCY * 4 };
    answers(&stage.fan_out(&Run::default(), &stage.calls(count, latency))?)?;
    let (peak, due) = (stage.mock.stats().peak_in_flight, count.min(stage.at_once) as u64);
    ensure!(peak == due, "{} in flight at once, not {due}", calls(peak as usize));
    Ok(())
}

/// Their answers come together. That each is noticed is looked at in every run.
pub(super) fn an_answer_wakes_the_call_that_waits_for_it(stage: &mut Stage<'_>) -> Held {
    let count = 20.min(stage.at_once.saturating_mul(3));
    stage.fan_out(&Run::default(), &stage.calls(count, LATENCY)).map(|_| ())
}

pub(super) fn never_more_in_flight_than_allowed(stage: &mut Stage<'_>) -> Held {
    for limit in [1, 4] {
        let calls = stage.calls(3 * limit, LATENCY / 4);
        answers(&stage.fan_out(&limited(limit), &calls)?)?;
        let (peak, due) = (stage.mock.stats().peak_in_flight, limit.min(stage.at_once) as u64);
        ensure!(peak == due, "{}", in_flight_instead(peak, limit, due));
    }
    Ok(())
}

pub(super) fn a_late_call_does_not_delay_the_rest(stage: &mut Stage<'_>) -> Held {
    let mut calls = stage.calls(10, Duration::from_millis(5));
    calls[3] = Call { timeout: SOON, ..stage.call("/echo/3", UNANSWERED) };
    let started = Instant::now();
    let mut outcomes = stage.fan_out(&Run::default(), &calls)?;
    let took = started.elapsed();
    ended_at_its_deadline("the late call", &outcomes[3], took, SOON)?;
    outcomes[3] = Ok(echoed(3));
    answers(&outcomes)
}

/// The call that starts first ends last; the one after it ends so soon that nearly all of the run is waiting for the other two. A
/// model whose calls do not wait together, or are not traced, shows only how they end.
pub(super) fn each_call_has_its_own_deadline(stage: &mut Stage<'_>) -> Held {
    let timeouts = [SOON * 4, SOON / 6, SOON * 3];
    stage.only_waits = true;
    let mut calls = stage.calls(3, UNANSWERED);
    calls.iter_mut().zip(timeouts).for_each(|(call, timeout)| call.timeout = timeout);
    let started = Instant::now();
    let outcomes = stage.fan_out(&Run::default(), &calls)?;
    let took = started.elapsed();
    ended_at_its_deadline("the last of three late calls", &outcomes[0], took, SOON * 4)?;
    let late = outcomes.iter().all(|outcome| *outcome == Err(Failure::TimedOut));
    ensure!(late, "three calls that are never answered ended so: {}", all_told(&outcomes));
    let mut ends = stage.marks();
    ends.retain(|mark| mark.milestone == Milestone::Finished);
    // Several processes report one after the other.
    ends.sort_by_key(|mark| mark.at);
    let ended: Vec<_> = ends.iter().map(|mark| mark.call).collect();
    ensure!(
        ended.is_empty() || stage.at_once < 3 || ended == [1, 2, 0],
        "with deadlines after 480, 20 and 360 ms, calls ended in the order {ended:?}, not [1, 2, 0]"
    );
    Ok(())
}

/// The work with one reply holds the thread beyond the deadline of another call, whose answer comes in time, but not together with
/// that reply. Where the work has a thread of its own, the other call does not wait for it. The answer is larger than one read.
pub(super) fn an_answer_that_has_arrived_counts(stage: &mut Stage<'_>) -> Held {
    let run = Run { work: Work::Function(work_that_holds), ..Run::default() };
    let comes = SOON * 3 / 2;
    let held = Call { timeout: SOON * 3, ..stage.call("/files/late?bytes=20000", comes) };
    let calls = [held, stage.call("/echo/0", LATENCY)];
    let outcome = &stage.fan_out(&run, &calls)?[0];
    ensure!(
        outcome.is_ok(),
        "ended with {}: the answer came {} ms after its start, and the thread was held beyond its deadline of {} ms",
        told(outcome),
        comes.as_millis(),
        (SOON * 3).as_millis()
    );
    Ok(())
}

pub(super) fn a_call_that_is_never_answered_ends(stage: &mut Stage<'_>) -> Held {
    let call = Call { timeout: SOON, ..stage.call("/echo/0", UNANSWERED) };
    let started = Instant::now();
    let outcome = &stage.fan_out(&Run::default(), &[call])?[0];
    ended_at_its_deadline("a call that is never answered", outcome, started.elapsed(), SOON)
}

pub(super) fn a_deadline_holds_while_a_call_connects(stage: &mut Stage<'_>) -> Held {
    let server = stage.mock.scene(&Scene::BacklogFull)?;
    let call = Call::get(&server.url(), SOON).map_err(|error| error.to_string())?;
    let started = Instant::now();
    let outcome = &stage.fan_out_beside(&Run::default(), &[call])?[0];
    ended_at_its_deadline("a call that never connects", outcome, started.elapsed(), SOON)
}

/// Each byte comes in time for a limit on each read, and all of them too late for the call.
pub(super) fn a_deadline_is_for_the_whole_call(stage: &mut Stage<'_>) -> Held {
    let drip = Script::new().read_head().drip("HTTP/1.1 200 OK\r\n\r\n".repeat(4), 1, SOON / 4);
    let server = stage.mock.fault(drip)?;
    let call = Call::get(&server.url(), SOON).map_err(|error| error.to_string())?;
    let scene = format!("a byte came every {} ms", (SOON / 4).as_millis());
    stage.set_scene(&scene);
    let started = Instant::now();
    let outcome = &stage.fan_out(&Run::default(), &[call])?[0];
    let took = started.elapsed();
    ended_at_its_deadline(&format!("{scene}, and the call"), outcome, took, SOON)?;
    let (awake, limit) = (took.saturating_sub(stage.queued()), SOON.as_millis());
    ensure!(
        awake < SOON * 3,
        "{scene}, and the call ended {}, not at its deadline of {limit} ms",
        after(took)
    );
    Ok(())
}

pub(super) fn no_time_at_all_is_too_little(stage: &mut Stage<'_>) -> Held {
    let mut calls = stage.calls(3, Duration::ZERO);
    calls[1].timeout = Duration::ZERO;
    let outcomes = stage.fan_out(&Run::default(), &calls)?;
    ensure!(outcomes[1] == Err(Failure::TimedOut), "ended with {}", told(&outcomes[1]));
    ensure!(outcomes[0].is_ok() && outcomes[2].is_ok(), "its neighbours: {}", all_told(&outcomes));
    Ok(())
}

pub(super) fn a_huge_timeout_is_no_timeout(stage: &mut Stage<'_>) -> Held {
    let mut calls = stage.calls(3, Duration::from_millis(2));
    calls.iter_mut().for_each(|call| call.timeout = Duration::MAX);
    answers(&stage.fan_out(&Run::default(), &calls)?)
}

pub(super) fn a_refused_port_fails_every_call_at_once(stage: &mut Stage<'_>) -> Held {
    let closed = stage.mock.scene(&Scene::Refused)?;
    let call = Call::get(&closed.url(), stage.patient).map_err(|error| error.to_string())?;
    let started = Instant::now();
    let outcomes = stage.fan_out(&Run::default(), &vec![call; 50])?;
    ensure!(
        outcomes.iter().all(|outcome| *outcome == Err(Failure::ConnectRefused)),
        "ended so: {}",
        all_told(&outcomes)
    );
    ensure!(started.elapsed() < stage.patient / 2, "took {} ms", started.elapsed().as_millis());
    stage.still_works()
}

pub(super) fn a_name_leads_to_a_refused_port(stage: &mut Stage<'_>) -> Held {
    let closed = stage.mock.scene(&Scene::Refused)?;
    let url = format!("http://localhost:{}/", closed.address().port());
    let call = Call::get(&url, stage.patient).map_err(|error| error.to_string())?;
    let outcome = &stage.fan_out(&Run::default(), &[call])?[0];
    ensure!(*outcome == Err(Failure::ConnectRefused), "ended with {}", told(outcome));
    Ok(())
}

pub(super) fn a_line_break_in_a_path_is_never_sent(stage: &mut Stage<'_>) -> Held {
    let mut calls = stage.calls(5, Duration::ZERO);
    for (call, path) in calls[1..4].iter_mut().zip(["/a\rb", "/a\nHost: other", "/a\0b"]) {
        call.path = path.into();
    }
    let outcomes = stage.fan_out(&Run::default(), &calls)?;
    let refused = |outcome: &Outcome| matches!(outcome, Err(Failure::Unsendable(_)));
    ensure!(outcomes[1..4].iter().all(refused), "ended so: {}", all_told(&outcomes[1..4]));
    ensure!(outcomes[0].is_ok() && outcomes[4].is_ok(), "the neighbours: {}", all_told(&outcomes));
    let requests = stage.mock.stats().requests;
    ensure!(requests == 2, "{requests} requests arrived, not 2");
    Ok(())
}

pub(super) fn a_large_body_arrives_whole(stage: &mut Stage<'_>) -> Held {
    const BYTES: u64 = 3_000_000;
    let call = stage.call(&format!("/files/large?bytes={BYTES}"), Duration::ZERO);
    let outcome = stage.fan_out(&Run::default(), &[call])?.remove(0);
    let body = outcome.map_err(|failure| failure.to_string())?.body;
    ensure!(body == downstream_mock::file_bytes("large", 0..BYTES), "{} bytes, or others", body.len());
    Ok(())
}

/// The answer of `/echo/ID`.
fn echoed(id: usize) -> Reply {
    Reply { status: 200, body: id.to_string().into_bytes(), worked: None }
}
