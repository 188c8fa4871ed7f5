//! `meanwhile check`: the conformance suite against models and programs, row by row, and as JSON.
//!
//! *How it waits*: rows are tried in other processes, a worker for each model and a process for each row of a program. This one
//! shows what became of each as it falls, and hears Ctrl-C at any moment.

mod board;
mod matrix;
mod page;

use std::ops::ControlFlow;
use std::process::{Command, ExitCode};

use clap::Args;
use conformance::report::{self, Report};
use conformance::{CheckReport, Event, Findings, GROUPS, Patience, Rows, WORKER_ARGUMENT, supervise};
use contestant::text::printable;
use contestant::{Program, check_program, interrupt, this_program};

use self::board::Board;
use crate::models::{AtOnce, Entry, MODELS, ModelName, Setup, named};
use crate::results_file::ResultsFile;
use crate::{Error, race, screen, text};

/// Columns where standard output is no terminal.
const PIPED_WIDTH: usize = 100;

/// What to hold against the suite.
#[derive(Args, Debug)]
pub(super) struct CheckArgs {
    /// The models [default: all that can be made here, unless a program is given]
    #[arg(value_name = "MODEL", value_parser = ModelName, hide_possible_values = true)]
    models: Vec<String>,
    /// Any program, against what it can show: NAME='COMMAND {url} {calls}', with {timeout_ms} and {in_flight} for more
    #[arg(long, value_name = "NAME=COMMAND", value_parser = race::program)]
    with: Vec<Program>,
    /// Only the rows whose names contain this
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    only: String,
    /// Only the rows of this group
    #[arg(long, value_parser = GROUPS)]
    group: Option<String>,
    /// Also the rows of ten thousand calls, for a release build
    #[arg(long)]
    large: bool,
    /// Name the rows that hold, too
    #[arg(long)]
    verbose: bool,
    /// Write the findings as JSON to this file; - is standard output, with nothing else on it then
    #[arg(long, value_name = "FILE")]
    json: Option<String>,
    /// Write the findings as a page for a browser, broken rows first; - is standard output, with nothing else on it then
    #[arg(long, value_name = "FILE")]
    html: Option<String>,
}

/// What to be a worker for.
#[derive(Args, Debug)]
pub(super) struct WorkerArgs {
    /// The model [default: one in a process of its own, which the supervisor names]
    #[arg(value_parser = named)]
    model: Option<&'static Entry>,
}

/// What to be a host for.
#[derive(Args, Debug)]
pub(super) struct HostArgs {
    #[arg(value_parser = named)]
    model: &'static Entry,
}

/// A model or a program.
enum Subject<'args> {
    Model(&'static Entry),
    Program(&'args Program),
}

/// Checks each model and each program in turn; success if every row of each of them held. What was found before an interrupt
/// or an error is shown and written all the same.
///
/// # Errors
/// A model is unknown, or cannot be made here though it was asked for; a program cannot be started, or cannot be asked for
/// anything; an interrupt.
pub(super) fn check(args: &CheckArgs) -> Result<ExitCode, Error> {
    interrupt::listen()?;
    let _ = downstream_mock::raise_descriptor_limit();
    let subjects = chosen(args)?;
    let json = args.json.as_deref().map(ResultsFile::open).transpose()?;
    let html = args.html.as_deref().map(ResultsFile::open).transpose()?;
    if json.as_ref().zip(html.as_ref()).is_some_and(|(json, html)| json.is_same_as(html)) {
        return Err(Error::Usage("--json and --html want the same file: give one a file of its own".into()));
    }
    let mut all = Vec::new();
    let ended = subjects.iter().enumerate().try_for_each(|(at, subject)| {
        let findings = subject.check(args)?;
        let interrupted = findings.interrupted.then(|| interrupted(&findings, &subjects[at + 1..]));
        all.push(findings);
        interrupted.map_or(Ok(()), Err)
    });
    let shown = if all.len() > 1 { args.show(&matrix::matrix(&all, width())) } else { Ok(()) };
    let held = all.iter().all(|findings| findings.broken().next().is_none());
    let tried = ended.and(shown).and_then(|()| some_row_was_tried(args, &all));
    let checked: Vec<_> = subjects.iter().map(Subject::at_once).zip(&all).collect();
    let page = page::page(&checked);
    let json =
        json.map_or(Ok(()), |file| file.write(|out| Ok(serde_json::to_writer(out, &CheckReport::new(all))?)));
    let html = html.map_or(Ok(()), |file| file.write(|out| out.write_all(page.html().as_bytes())));
    json.and(html)?;
    tried?;
    Ok(if held { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Tries the rows that a supervisor asks for.
pub(super) fn try_rows(args: &WorkerArgs) -> ExitCode {
    args.model.map_or_else(conformance::worker_outside, |model| model.try_rows(&Setup::default()))
}

/// Makes the runs that a worker asks for.
pub(super) fn be_host(args: &HostArgs) -> ExitCode {
    args.model.be_host(&Setup::default())
}

/// The models that were asked for, and the programs; all models that can be made here, if neither was.
fn chosen(args: &CheckArgs) -> Result<Vec<Subject<'_>>, Error> {
    let programs = args.with.iter().map(Subject::Program);
    if args.models.is_empty() && args.with.is_empty() {
        let can_be_made = MODELS.iter().filter(|entry| (entry.new)(&Setup::default()).is_ok());
        return Ok(can_be_made.map(Subject::Model).collect());
    }
    let models = args.models.iter().map(|name| named(name).map(Subject::Model).map_err(Error::Usage));
    models.chain(programs.map(Ok)).collect()
}

impl Subject<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Model(entry) => entry.name,
            Self::Program(program) => &program.name,
        }
    }

    /// How many calls it can have in flight; nothing is known of a program.
    fn at_once(&self) -> Option<AtOnce> {
        match self {
            Self::Model(entry) => Some(entry.at_once),
            Self::Program(_) => None,
        }
    }

    fn check(&self, args: &CheckArgs) -> Result<Findings, Error> {
        let name = self.name();
        let mut board = Board::new(name);
        let mut report = Report::new(width(), args.verbose);
        args.show(&format!("checking {name}\n"))?;
        let mut shown = Ok(());
        let mut on = |event: Event<'_>| {
            match event {
                Event::Found(row) => {
                    board.erase();
                    shown = args.show(&report.row(row));
                }
                Event::Printed(line) => {
                    board.erase();
                    eprintln!("{line}");
                }
                Event::Tries { .. } | Event::Waits => {}
            }
            board.on(event);
            if shown.is_err() || interrupt::check().is_err() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let found = match self {
            Self::Model(entry) => check_model(entry, &args.rows(), &mut on),
            Self::Program(program) => check_program(program, &args.rows(), &mut on).map_err(Error::from),
        };
        drop(board);
        let findings = found?;
        shown.and_then(|()| args.show(&report.end(&findings)))?;
        Ok(findings)
    }
}

fn check_model(
    entry: &Entry,
    rows: &Rows,
    on: &mut dyn FnMut(Event<'_>) -> ControlFlow<()>,
) -> Result<Findings, Error> {
    let cannot = |error| Error::broken(format!("cannot check {}", entry.name), error);
    let this = this_program().map_err(cannot)?;
    let start = || {
        let mut command = Command::new(&this);
        command.args([WORKER_ARGUMENT, entry.name]);
        command
    };
    supervise(entry.name, &start, rows, &Patience::default(), on).map_err(cannot)
}

/// How far the check has come, and what it has not begun.
fn interrupted(findings: &Findings, not_reached: &[Subject<'_>]) -> Error {
    let so_far = format!("{} of {}", report::interrupted(findings), findings.subject);
    let names: Vec<_> = not_reached.iter().map(Subject::name).collect();
    let rest = if names.is_empty() { String::new() } else { format!("; not reached: {}", names.join(", ")) };
    Error::Cancelled(so_far + &rest)
}

/// That nothing was tried must not look like success.
fn some_row_was_tried(args: &CheckArgs, all: &[Findings]) -> Result<(), Error> {
    if all.iter().all(|findings| findings.rows.is_empty()) {
        let only = printable(args.only.as_bytes(), 40);
        return Err(Error::Usage(format!("no row matches --only {only}: omit --only to try all rows")));
    }
    let nothing = |findings: &&Findings| findings.skipped().count() == findings.rows.len();
    let Some(findings) = all.iter().find(nothing) else { return Ok(()) };
    let why = findings.skipped().map(|(_, why)| why).next().unwrap_or("no row matches");
    Err(Error::Usage(format!("no row of {} can be tried: {why}", findings.subject)))
}

impl CheckArgs {
    fn rows(&self) -> Rows {
        Rows { only: self.only.clone(), group: self.group.clone(), large: self.large, ..Rows::default() }
    }

    fn show(&self, shown: &str) -> Result<(), Error> {
        let takes_it = |file: &Option<String>| file.as_deref() == Some("-");
        if takes_it(&self.json) || takes_it(&self.html) { Ok(()) } else { text::say(shown) }
    }
}

fn width() -> usize {
    screen::width().unwrap_or(PIPED_WIDTH)
}
