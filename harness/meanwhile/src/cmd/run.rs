//! `meanwhile run MODEL`: one run, in this process; what a race starts.
//!
//! *What to notice*: the process belongs to the model: no other thread is started, not even for Ctrl-C (`signals.rs`);
//! nothing is printed before the last call has ended, and the model is made before its calls are, so that what is measured from outside is the model.

mod addresses;
pub(super) mod signals;
mod times;

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Instant;

use addresses::first_that_accepts;
use clap::Args;
use clap::builder::TypedValueParser as _;
use contestant::text::{counted, printable};
use downstream_call::{Call, Diamond, Failure, Line, MachineClock, MilestoneLine, Outcome, Run, Trace};

use crate::Error;
use crate::descriptors;
use crate::how::HowArgs;
use crate::models::{self, Entry, ModelName};
use crate::text;

const AFTER_HELP: &str = "Ctrl-C cancels the run and prints the answers that are there. A model that blocks hears of it \
                          when its calls in flight are over; a second Ctrl-C ends it at once.";

/// The options of `meanwhile run`.
#[derive(Args, Clone, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct RunArgs {
    /// Which model; `meanwhile list` shows them
    #[arg(value_parser = ModelName.try_map(|name| models::named(&name)), hide_possible_values = true)]
    model: &'static Entry,
    /// What to call; {call} becomes 0, 1, 2, …; a name is called at its first address that accepts a connection
    #[arg(long, default_value = "http://127.0.0.1:8080/echo/{call}")]
    url: String,
    /// How many calls
    #[arg(long, default_value = "2", value_name = "N", value_parser = text::count)]
    calls: NonZeroUsize,
    /// How to call
    #[command(flatten)]
    how: HowArgs,
    /// Make the five calls of a diamond below the URL instead, and print the last one's answer
    #[arg(long, conflicts_with = "calls")]
    diamond: bool,
    /// Print the milestones of each call after its outcome, for a timeline: milestone CALL NAME MICROSECONDS THREAD
    #[arg(long)]
    milestones: bool,
    /// Call a server that is not on this machine
    #[arg(long)]
    allow_non_loopback: bool,
}

/// Makes the calls, and prints a line for each.
///
/// # Errors
/// The URL or the limits of this process rule it out, or the model's machinery broke. A call that fails is no error:
/// its line says so, and the exit status is 1.
pub(super) fn run(args: &RunArgs) -> Result<ExitCode, Error> {
    let began = Instant::now();
    let first = first_call(args)?;
    let clock = clock(args)?;
    descriptors::provide_for(args.how.at_once(args.model, args.calls.get()))?;
    let failed = |error| broke(args.model, &error);
    let mut model = (args.model.new)(&args.how.setup()).map_err(failed)?;
    let cancel =
        signals::cancel_on_signals().map_err(|error| Error::broken("listening for Ctrl-C", error))?;
    let trace = if clock.is_some() { Trace::on() } else { Trace::off() };
    let run = Run { cancel, trace, ..args.how.run() };
    let outcomes = if args.diamond {
        vec![model.diamond(&run, &Diamond::new(first)).map_err(failed)?]
    } else {
        model.fan_out(&run, &all_calls(&first, args.calls)).map_err(failed)?
    };
    let first_failure = outcomes.iter().find_map(|outcome| outcome.clone().err());
    let interrupted = run.cancel.is_cancelled().then(|| interrupted(&outcomes));
    print(outcomes, &run.trace, clock).map_err(|error| Error::broken("printing the outcomes", error))?;
    // Its processes have ended then, and what they used is known.
    drop(model);
    times::print_since(began);
    if let Some(error) = interrupted {
        return Err(error);
    }
    first_failure.map_or(Ok(ExitCode::SUCCESS), |failure| Err(advice(args, &failure)))
}

/// The clock of the milestones, if they are asked for.
fn clock(args: &RunArgs) -> Result<Option<MachineClock>, Error> {
    let no_clock = || {
        Error::Usage(
            "--milestones needs a clock that all processes share, as Linux has: leave it out here".into(),
        )
    };
    if args.milestones { MachineClock::read().ok_or_else(no_clock).map(Some) } else { Ok(None) }
}

/// The model's machinery broke, and what to do about it.
fn broke(model: &Entry, error: &io::Error) -> Error {
    let cure = match error.kind() {
        // As clone(2) says it.
        io::ErrorKind::WouldBlock => {
            ": no thread or process is left: allow more (ulimit -u), or fewer --workers where the model has them"
        }
        _ => "",
    };
    Error::Broken(format!("model {}: {error}{cure}", model.name))
}

fn first_call(args: &RunArgs) -> Result<Call, Error> {
    // Shells and browsers like to write braces as percent codes.
    let url = args.url.replace("%7Bcall%7D", "{call}").replace("%7bcall%7d", "{call}");
    let calls = Call::at_each_address(&url, args.how.timeout);
    let calls = calls.map_err(|error| Error::Usage(error.to_string()))?;
    let elsewhere = calls.iter().find(|call| !call.address.ip().is_loopback());
    if let (Some(call), false) = (elsewhere, args.allow_non_loopback) {
        return Err(Error::Usage(format!(
            "{} is not on this machine: --allow-non-loopback calls it all the same",
            call.address
        )));
    }
    first_that_accepts(calls).map_err(|error| Error::broken("trying the addresses of the host", error))
}

fn all_calls(first: &Call, calls: NonZeroUsize) -> Vec<Call> {
    let path = |call: usize| first.path.replace("{call}", &call.to_string());
    (0..calls.get()).map(|call| first.with_path(&path(call))).collect()
}

/// The outcomes, and the milestones if there is a clock for them.
fn print(outcomes: Vec<Outcome>, trace: &Trace, clock: Option<MachineClock>) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for (call, outcome) in outcomes.into_iter().enumerate() {
        writeln!(out, "{}", Line::new(call, outcome))?;
    }
    if let Some(clock) = clock {
        for mark in trace.take_marks() {
            writeln!(out, "{}", MilestoneLine::new(&mark, &clock))?;
        }
    }
    out.flush()
}

fn interrupted(outcomes: &[Outcome]) -> Error {
    let cancelled = outcomes.iter().filter(|outcome| **outcome == Err(Failure::Cancelled)).count();
    Error::Cancelled(format!("interrupted: {cancelled} of {} cancelled", counted(outcomes.len(), "call")))
}

/// What to do about a call that failed.
fn advice(args: &RunArgs, failure: &Failure) -> Error {
    let cure = match failure {
        Failure::ConnectRefused => "no program listens there: start a downstream with meanwhile serve",
        Failure::TimedOut => "allow more time with --timeout",
        Failure::System(_) => "allow fewer calls at once with --in-flight",
        Failure::Unsendable(_) => "write what is not plain ASCII as percent codes",
        Failure::Cancelled => "the run was ended from outside",
        Failure::Lost => "the thread or process that made the call was ended: run it again",
        Failure::WorkPanicked => "the call was answered, the work with its reply is to blame",
        Failure::Reset
        | Failure::Incomplete
        | Failure::Malformed(_)
        | Failure::TooLarge(_)
        | Failure::UnexpectedStatus(_) => "the downstream's answer is to blame",
    };
    let url = printable(args.url.as_bytes(), 80);
    Error::Broken(format!("calling {url}: {failure}: {cure}"))
}
