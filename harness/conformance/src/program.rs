//! The suite as a program of its own: what a model's crate calls in a test that has a `main`.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::process::{Command, ExitCode};
use std::time::Instant;

use crate::one_run::{RUN_ARGUMENT, one_run};
use crate::report::Report;
use crate::supervised::{Event, Patience, WORKER_ARGUMENT, supervise, worker};
use crate::{HOST_ARGUMENT, Rows, Subject, Tried, Verdict, host};

/// Columns of the report.
const WIDTH: usize = 80;
/// Attempts at a row, at most.
const ATTEMPTS: usize = 3;
/// A row that failed after this many seconds is not tried again.
const NOISE_LIMIT_S: u64 = 5;

/// Options of test programs that are followed by a value: `cargo test` passes them to every test.
const WITH_VALUE: [&str; 5] = ["--test-threads", "--skip", "--format", "--color", "--logfile"];

/// Holds a subject against the suite and prints what became of it; the exit status is 1 if a row broke. An argument is text
/// that the names of the rows have to contain, as for other tests; `--verbose` names the rows that hold too.
///
/// The program starts itself again as a worker, so this has to be all that its `main` does. With [`HOST_ARGUMENT`] it is a host:
/// it has the model, and a worker in another program has the rows. With [`RUN_ARGUMENT`], a URL and a number of calls it makes one
/// run and prints the outcomes, as a contestant of a race does.
#[must_use]
pub fn main(subject: &Subject<'_>) -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some(WORKER_ARGUMENT) => return worker(subject),
        Some(HOST_ARGUMENT) => return host(subject),
        Some(RUN_ARGUMENT) => return one_run(subject, &arguments[1..]),
        _ => {}
    }
    if arguments.iter().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    match check(subject, &arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cannot check {}: {error}", subject.name);
            ExitCode::FAILURE
        }
    }
}

fn check(subject: &Subject<'_>, arguments: &[String]) -> io::Result<bool> {
    let _ = downstream_mock::raise_descriptor_limit();
    let rows = Rows { only: text_of(arguments), ..Rows::default() };
    let this = std::env::current_exe()?;
    let start = || {
        let mut command = Command::new(&this);
        command.arg(WORKER_ARGUMENT);
        command
    };
    let mut report = Report::new(WIDTH, arguments.iter().any(|argument| argument == "--verbose"));
    let mut show = |event: Event<'_>| {
        say(&match event {
            Event::Found(row) => report.row(row),
            Event::Printed(line) => format!("{line}\n"),
            Event::Tries { .. } | Event::Waits => String::new(),
        });
        ControlFlow::Continue(())
    };
    say(&format!("checking {}\n", subject.name));
    let findings = supervise(subject.name, &start, &rows, &Patience::default(), &mut show)?;
    say(&report.end(&findings));
    Ok(findings.broken().next().is_none())
}

/// The argument that is no option, and no value of one.
fn text_of(arguments: &[String]) -> String {
    let is_value = |at: usize| at > 0 && WITH_VALUE.contains(&arguments[at - 1].as_str());
    let mut texts = arguments.iter().enumerate();
    let text = texts.find(|(at, argument)| !argument.starts_with('-') && !is_value(*at));
    text.map_or_else(String::new, |(_, text)| text.clone())
}

/// Prints. Ignores a closed pipe.
fn say(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

/// Tries a row up to three times: noise on a busy machine passes, a defect stays. Failures after 5 s are not tried again:
/// they are probably lost wake-ups, which the call's deadline has ended.
pub fn tried(mut row: impl FnMut() -> Result<(), String>) -> Tried {
    let started = Instant::now();
    let mut retried = Vec::new();
    loop {
        match row() {
            Ok(()) => return Tried { verdict: Verdict::Held, retried, note: None },
            Err(why) if retried.len() + 1 < ATTEMPTS && started.elapsed().as_secs() < NOISE_LIMIT_S => {
                retried.push(why);
            }
            Err(why) => return Tried { verdict: Verdict::Broken(why), retried, note: None },
        }
    }
}
