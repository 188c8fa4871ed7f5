//! What each call and each thread did in a run of the student's program.
//!
//! *What to notice*: the run is one of its own, beside the suite, and the text above the picture says so. The program is a contestant
//! like any other: the mock and the system say what is drawn, and it is ended when its time is over.

use std::num::NonZeroUsize;
use std::time::Duration;

use conformance::{MILESTONES_ARGUMENT, RUN_ARGUMENT};
use contestant::Program;
use contestant::text::counted;
use exercises::{Built, Exercise, Picture};

use crate::painted::PictureSize;
use crate::race::OneRun;
use crate::{Error, HowArgs, WorkArg};

/// The longest that a call of the run may take, and how long the program may take beside that: a hung one has to end soon.
const TIMEOUT: Duration = Duration::from_secs(1);

/// What the program is called in its picture.
const NAME: &str = "yours";

/// A run of the program, as the exercise wants it to be shown.
pub(super) fn of_a_run(built: &Built, exercise: &Exercise) -> Result<String, Error> {
    let Picture { calls, in_flight, latency_ms } = exercise.picture;
    let latency = Duration::from_millis(latency_ms);
    let timeout = latency.saturating_add(TIMEOUT);
    let how = HowArgs { timeout, in_flight, workers: None, work: WorkArg(downstream_call::Work::None) };
    let run = OneRun {
        contestant: NAME.into(),
        program: Some(program(built)?),
        calls,
        latency,
        how,
        patience: latency.saturating_mul(u32::try_from(calls.get()).unwrap_or(u32::MAX)),
    };
    let watched = run.watch()?;
    let limit = in_flight.map_or_else(String::new, |most| format!(", at most {most} at once"));
    let calls = counted(NonZeroUsize::get(calls), "call");
    let which = format!(
        "Your program in a run of its own, without a fault: {calls}, each answered after {latency_ms} ms{limit}"
    );
    let picture = PictureSize::default().pictures(&[watched.timeline]);
    Ok(format!("\n{which}\n\n{picture}\n"))
}

/// The command that makes one run, as `trace --with` takes it.
fn program(built: &Built) -> Result<Program, Error> {
    let path = built.program.display().to_string();
    let path = shlex::try_quote(&path).map_err(|error| Error::broken("naming your program", error))?;
    let words =
        format!("{RUN_ARGUMENT} {{url}} {{calls}} {{in_flight}} {{timeout_ms}} {MILESTONES_ARGUMENT}");
    format!("{NAME}={path} {words}").parse().map_err(Error::Broken)
}
