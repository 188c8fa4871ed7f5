//! One run of a subject as a program of its own, so that it can be raced and traced: what a contestant does.
//!
//! *What to notice*: nothing is printed before the last call has ended, and the model is made before its calls are.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Duration;

use downstream_call::{Call, Line, MachineClock, MilestoneLine, Outcome, Run, Trace};

use crate::Subject;

/// The first argument with which [`main`](crate::main) makes one run instead of trying rows.
pub const RUN_ARGUMENT: &str = "run";

/// The last argument of a run that prints milestones as well.
pub const MILESTONES_ARGUMENT: &str = "milestones";

/// The longest that a call may take, unless it is given.
const TIMEOUT: Duration = Duration::from_secs(5);

const USAGE: &str = "write: run URL CALLS [IN_FLIGHT [TIMEOUT_MS]] [milestones]";

/// What to run.
struct Order {
    url: String,
    calls: NonZeroUsize,
    in_flight: NonZeroUsize,
    timeout: Duration,
    clock: Option<MachineClock>,
}

/// Makes the calls that the arguments ask for, and prints a line for each; the exit status is 1 if the model cannot work.
pub(crate) fn one_run(subject: &Subject<'_>, arguments: &[String]) -> ExitCode {
    let printed = Order::read(arguments).and_then(|order| order.perform(subject));
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{}: {why}", subject.name);
            ExitCode::FAILURE
        }
    }
}

impl Order {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let (is_told, arguments) = match arguments {
            [others @ .., last] if last == MILESTONES_ARGUMENT => (true, others),
            all => (false, all),
        };
        let number = |at: usize| arguments.get(at).map(|word| word.parse().map_err(|_| USAGE)).transpose();
        let url = arguments.first().ok_or(USAGE)?.clone();
        let calls = number(1)?.ok_or(USAGE)?;
        let in_flight = number(2)?.unwrap_or(calls);
        let timeout_ms = number(3)?.map(|ms: NonZeroUsize| Duration::from_millis(ms.get() as u64));
        let clock = if is_told { MachineClock::read() } else { None };
        Ok(Self { url, calls, in_flight, timeout: timeout_ms.unwrap_or(TIMEOUT), clock })
    }

    fn perform(&self, subject: &Subject<'_>) -> Result<(), String> {
        let mut model = (subject.new)().map_err(|error| format!("making the model: {error}"))?;
        let calls = self.calls()?;
        let trace = if self.clock.is_some() { Trace::on() } else { Trace::off() };
        let run = Run { in_flight: self.in_flight, trace, ..Run::default() };
        let outcomes = model.fan_out(&run, &calls).map_err(|error| format!("making the calls: {error}"))?;
        self.print(outcomes, &run.trace).map_err(|error| format!("printing the outcomes: {error}"))
    }

    fn calls(&self) -> Result<Vec<Call>, String> {
        let first = Call::get(&self.url, self.timeout).map_err(|error| error.to_string())?;
        if !first.address.ip().is_loopback() {
            return Err(format!("{} is not on this machine: call a mock on 127.0.0.1", first.address));
        }
        let path = |call: usize| first.path.replace("{call}", &call.to_string());
        Ok((0..self.calls.get()).map(|call| first.with_path(&path(call))).collect())
    }

    fn print(&self, outcomes: Vec<Outcome>, trace: &Trace) -> io::Result<()> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        for (call, outcome) in outcomes.into_iter().enumerate() {
            writeln!(out, "{}", Line::new(call, outcome))?;
        }
        if let Some(clock) = &self.clock {
            for mark in trace.take_marks() {
                writeln!(out, "{}", MilestoneLine::new(&mark, clock))?;
            }
        }
        out.flush()
    }
}
