//! The first process of an enclosure: it has the limits, and builds or judges what the grader asks for.
//!
//! *How it waits*: for cargo, or for the suite's worker. One thread waits for the end of the link, with which all ends; one watches
//! the limits (`watcher.rs`).

use std::io::{self, BufRead, BufReader, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::Duration;

use conformance::{Event, Findings};
use contestant::{Program, check_program};

use super::limits::Bounds;
use super::link;
use super::order::{Order, Over, Said};
use super::watcher::{self, Watcher};
use super::{Enclosing, namespaces};
use crate::build::{Built, build, first_error};
use crate::judge;
use crate::{Course, Exercise};

/// Does what the grader asks for on the link, which is standard input. `worker` makes the command that starts a worker of the suite
/// ([`conformance::worker_outside`]).
#[must_use]
pub fn inside(worker: &dyn Fn() -> Command, enclosing: Enclosing, writes_in: Option<&Path>) -> ExitCode {
    let Ok((input, mut output)) = link::of_this_process() else {
        eprintln!("an enclosure is started by a grader: run meanwhile grade");
        return ExitCode::from(2);
    };
    protect();
    let settled = namespaces::settle(enclosing, writes_in).map_err(|error| error.to_string());
    let is_closed = settled.is_ok();
    let _ = link::say(&mut output, &Said::Ready(settled));
    let mut lines = BufReader::new(input);
    let mut line = String::new();
    let order = lines.read_line(&mut line).ok().and_then(|_| serde_json::from_str(&line).ok());
    let Some(order) = order.filter(|_| is_closed) else { return ExitCode::FAILURE };
    thread::spawn(move || {
        // The grader says no more: this is the end of the link.
        let _ = lines.read_line(&mut String::new());
        watcher::end_all_below(std::process::id());
        std::process::abort()
    });
    let last = perform(order, worker, &mut output);
    watcher::end_all_below(std::process::id());
    let _ = last.map(|last| link::say(&mut output, &last));
    ExitCode::SUCCESS
}

/// The last word to the grader.
fn perform(order: Order, worker: &dyn Fn() -> Command, output: &mut dyn Write) -> Option<Said> {
    match order {
        Order::Nothing => None,
        Order::Build { folder, target, time } => {
            let built = built(&folder, &target, time);
            Some(built.map_or_else(Said::NotBuilt, |built| Said::Built(built.program)))
        }
        Order::Judge { clone, exercise, program, time } => {
            let judged = opened(&clone, &exercise).and_then(|exercise| {
                let built = Built { program, warnings: Vec::new() };
                Judging::begins(time, output).end(|on| Ok(judge(&built, &exercise, worker, on)?.findings))
            });
            Some(judged.unwrap_or_else(Said::NotJudged))
        }
        Order::JudgeProgram { clone, exercise, command, time } => {
            let judged = opened(&clone, &exercise).and_then(|exercise| {
                let program: Program = format!("program={command}").parse()?;
                let rows = exercise.of_programs().rows();
                Judging::begins(time, output).end(|on| {
                    check_program(&program, &rows, on).map_err(|error| io::Error::other(error.to_string()))
                })
            });
            Some(judged.unwrap_or_else(Said::NotJudged))
        }
    }
}

fn opened(clone: &Path, exercise: &str) -> Result<Exercise, String> {
    Course::open(clone)?.exercise(exercise).cloned()
}

fn built(folder: &Path, target: &Path, time: Duration) -> Result<Built, String> {
    let bounds = Bounds::of_a_build(time);
    bounds.set();
    let watcher = Watcher::start(bounds);
    build(folder, target, false).map_err(|why| match watcher.take_over() {
        Some(over) => format!("the build was {over}"),
        None if watcher.is_late() => format!("the build was ended after {} s", time.as_secs()),
        None => first_error(&why),
    })
}

/// A judgement that goes on.
struct Judging<'output> {
    watcher: Watcher,
    time: Duration,
    output: &'output mut dyn Write,
    over: Vec<Over>,
    tried: usize,
}

/// Looks at each event of a judgement, and says whether it goes on.
type On<'a> = &'a mut dyn FnMut(Event<'_>) -> ControlFlow<()>;

impl<'output> Judging<'output> {
    fn begins(time: Duration, output: &'output mut dyn Write) -> Self {
        let bounds = Bounds::of_a_judgement(time);
        bounds.set();
        Self { watcher: Watcher::start(bounds), time, output, over: Vec::new(), tried: 0 }
    }

    fn end(mut self, judge: impl FnOnce(On<'_>) -> io::Result<Findings>) -> Result<Said, String> {
        match judge(&mut |event| self.on(event)) {
            Ok(findings) => Ok(Said::Judged { findings: Box::new(findings), over: self.over }),
            Err(_) if self.watcher.is_late() => Err(format!("ended after {} s", self.time.as_secs())),
            Err(error) => Err(self.watcher.take_over().unwrap_or_else(|| error.to_string())),
        }
    }

    fn on(&mut self, event: Event<'_>) -> ControlFlow<()> {
        if let Event::Found(row) = event {
            self.over.extend(self.watcher.take_over().map(|why| Over { row: row.name.clone(), why }));
            self.tried += 1;
            let _ = link::say(&mut *self.output, &Said::Tried(self.tried));
        }
        if self.watcher.is_late() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// From here on, no process of the same user can trace this one.
fn protect() {
    // Where the kernel refuses, submissions must be trusted so far.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}
