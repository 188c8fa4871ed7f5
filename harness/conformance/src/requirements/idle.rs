//! What waiting costs.
//!
//! *What to notice*: several rows, since several mistakes look alike. A socket that connects to a full backlog is ready for nothing,
//! so only a wait that does not wait spins there; a socket that waits for its answer is writable all the time; and one
//! that has received a part may be asked for the rest again and again.

use std::time::{Duration, Instant};

use downstream_call::{Call, Run};
use downstream_mock::faults::{Scene, Script};

use super::{SOON, ended_at_its_deadline};
use crate::breach::{Held, Watched};
use crate::stage::Stage;
use crate::words::told;

/// Long enough to tell waiting from spinning.
const WHILE: Duration = Duration::from_millis(300);

pub(super) fn waiting_for_a_connection_costs_no_cpu_time(stage: &mut Stage<'_>) -> Held {
    let server = stage.mock.scene(&Scene::BacklogFull)?;
    let call = Call::get(&server.url(), SOON * 3).map_err(|error| error.to_string())?;
    stage.only_waits = true;
    let started = Instant::now();
    let ran = stage.fan_out_beside(&Run::default(), &[call]);
    let took = started.elapsed();
    let outcome = &ran.map_err(|breach| breach.own_if(Watched::WaitsIdle))?[0];
    ended_at_its_deadline("a call that never connects", outcome, took, SOON * 3)
}

/// The CPU time of every run is looked at; this one is long, and does nothing else.
pub(super) fn waiting_for_an_answer_costs_no_cpu_time(stage: &mut Stage<'_>) -> Held {
    stage.only_waits = true;
    let outcome = &stage.fan_out(&Run::default(), &[stage.call("/echo/0", WHILE)])?[0];
    ensure!(outcome.is_ok(), "ended with {}", told(outcome));
    Ok(())
}

/// One half comes at once, the other one much later.
pub(super) fn waiting_for_the_rest_of_an_answer_costs_no_cpu_time(stage: &mut Stage<'_>) -> Held {
    stage.only_waits = true;
    let half = Script::new().read_head().send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
    let server = stage.mock.fault(half.wait(WHILE).send("k"))?;
    let call = Call::get(&server.url(), stage.patient).map_err(|error| error.to_string())?;
    let outcome = &stage.fan_out(&Run::default(), &[call])?[0];
    ensure!(outcome.is_ok(), "ended with {}", told(outcome));
    Ok(())
}
