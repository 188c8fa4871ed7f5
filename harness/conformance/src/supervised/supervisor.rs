//! The process that has the rows tried, and reads what became of each.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::process::Command;
use std::time::{Duration, Instant};

use super::Patience;
use super::link::Group;
use super::order::{Found, Order, Said, say};
use super::process::{Line, Linked};
use crate::breach::Watched;
use crate::cases::{Case, cases, order_of_requirements, requirement_of};
use crate::{Findings, Outside, Row, Rows, Verdict};

/// Between two looks at whether to go on.
const TICK: Duration = Duration::from_millis(50);
/// A row that breaks after this long counts as slow, as one that hangs does.
const SLOW: Duration = Duration::from_secs(5);
/// After this many slow rows in a row the others are not tried: each of them would take as long.
const SLOW_IN_A_ROW: usize = 5;
/// After this many rows in a row that break one requirement the others are not tried: they would say the same.
const ALIKE_IN_A_ROW: usize = 40;

/// The process that tries the rows.
type Worker = Linked<Said>;

/// What happens while rows are tried.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A row is tried next.
    Tries {
        /// Its group.
        group: &'a str,
        /// Its name.
        name: &'a str,
        /// Its place among all rows, from 0.
        at: usize,
        /// How many rows there are.
        of: usize,
    },
    /// What became of it.
    Found(&'a Row),
    /// The subject has printed a line.
    Printed(&'a str),
    /// Nothing has happened for a moment.
    Waits,
}

/// Has a worker try these rows, and says what happens as it happens. `start` makes the command that starts a worker of the
/// same program; when `on` breaks, the worker is ended and the findings are those so far.
///
/// # Errors
/// The worker cannot be started, or the model cannot be made here.
pub fn supervise(
    subject: &str,
    start: &dyn Fn() -> Command,
    rows: &Rows,
    patience: &Patience,
    on: &mut dyn FnMut(Event<'_>) -> ControlFlow<()>,
) -> io::Result<Findings> {
    Supervisor::new(subject, start, rows, patience, on).all()
}

/// The same for a model that is in a process of its own, which no code of the worker's shares.
///
/// # Errors
/// The worker or the host cannot be started, or the model cannot be made here.
pub fn supervise_outside(
    subject: &str,
    outside: &Outside<'_>,
    rows: &Rows,
    patience: &Patience,
    on: &mut dyn FnMut(Event<'_>) -> ControlFlow<()>,
) -> io::Result<Findings> {
    let supervisor = Supervisor::new(subject, outside.worker, rows, patience, on);
    Supervisor { outside: Some(outside), ..supervisor }.all()
}

struct Supervisor<'a> {
    start: &'a dyn Fn() -> Command,
    outside: Option<&'a Outside<'a>>,
    rows: &'a Rows,
    patience: &'a Patience,
    on: &'a mut dyn FnMut(Event<'_>) -> ControlFlow<()>,
    worker: Option<Worker>,
    /// Whether a row of this subject has hung: the next one that does is ended sooner.
    has_hung: bool,
    /// How many rows have hung, or broken after long, without one between them that did not.
    slow_in_a_row: usize,
    /// How many rows have broken the same requirement, without another row between them.
    alike_in_a_row: usize,
    findings: Findings,
}

impl<'a> Supervisor<'a> {
    fn new(
        subject: &str,
        start: &'a dyn Fn() -> Command,
        rows: &'a Rows,
        patience: &'a Patience,
        on: &'a mut dyn FnMut(Event<'_>) -> ControlFlow<()>,
    ) -> Self {
        Self {
            start,
            outside: None,
            rows,
            patience,
            on,
            worker: None,
            has_hung: false,
            slow_in_a_row: 0,
            alike_in_a_row: 0,
            findings: Findings::new(subject),
        }
    }

    fn all(mut self) -> io::Result<Findings> {
        let all = cases(self.rows);
        self.findings.all_rows = all.len();
        for (at, case) in all.iter().enumerate() {
            if self.one(at, case, all.len())?.is_break() {
                self.findings.interrupted = true;
                break;
            }
        }
        self.findings.find_first_cause(&order_of_requirements());
        Ok(self.findings)
    }

    /// Has one row tried; breaks when `on` does.
    fn one(&mut self, at: usize, case: &Case, of: usize) -> io::Result<ControlFlow<()>> {
        if (self.on)(Event::Tries { group: &case.group, name: &case.name, at, of }).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        let started = Instant::now();
        let found = match (self.alike_in_a_row, self.slow_in_a_row) {
            (ALIKE_IN_A_ROW.., _) => Some(Found::skipped(ALIKE_IN_A_ROW, "have broken one requirement")),
            (_, SLOW_IN_A_ROW..) => Some(Found::skipped(SLOW_IN_A_ROW, "have hung or taken long")),
            _ => self.found(at, case)?,
        };
        let Some(Found { verdict, breaks, retried, hangs, .. }) = found else {
            return Ok(ControlFlow::Break(()));
        };
        let is_slow = hangs || (matches!(verdict, Verdict::Broken(_)) && started.elapsed() >= SLOW);
        self.slow_in_a_row = if is_slow { self.slow_in_a_row + 1 } else { 0 };
        self.count_alike(&verdict, breaks.as_deref());
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (group, name) = (case.group.clone(), case.name.clone());
        let row = Row { group, name, verdict, breaks, took_ms, retried, note: None };
        let next = (self.on)(Event::Found(&row));
        self.findings.rows.push(row);
        Ok(next)
    }

    /// A row that was not tried leaves the count as it is.
    fn count_alike(&mut self, verdict: &Verdict, breaks: Option<&str>) {
        match (verdict, breaks) {
            (Verdict::Skipped(_), _) => {}
            (Verdict::Broken(_), Some(requirement)) => {
                let last = self.findings.rows.last().and_then(|row| row.breaks.as_deref());
                self.alike_in_a_row = if last == Some(requirement) { self.alike_in_a_row + 1 } else { 1 };
            }
            (Verdict::Held | Verdict::Broken(_), _) => self.alike_in_a_row = 0,
        }
    }

    /// What becomes of a row, whatever becomes of the worker; nothing after an interrupt.
    fn found(&mut self, at: usize, case: &Case) -> io::Result<Option<Found>> {
        let mut worker = match self.worker.take() {
            Some(worker) => worker,
            None => match self.started()? {
                Heard::Said(worker) => worker,
                Heard::Interrupted => return Ok(None),
                Heard::Ended(why) | Heard::Silent(why) => return Ok(Some(Found::ended(why))),
            },
        };
        // A worker that is gone is noticed when it is listened to.
        let _ = say(&mut worker.orders, &self.order(at));
        let found = match self.next(&mut worker) {
            Heard::Said(Said::Found(found)) => found,
            Heard::Said(other) => Found::ended(format!("the worker process said {other:?}")),
            Heard::Ended(why) => Found::ended(why),
            Heard::Silent(why) => Found::stuck(case, why),
            Heard::Interrupted => return Ok(None),
        };
        self.has_hung |= found.hangs;
        if !found.ends {
            self.worker = Some(worker);
        }
        Ok(Some(found))
    }

    fn order(&self, at: usize) -> Order {
        let broken: BTreeSet<_> = self.findings.rows.iter().filter_map(|row| row.breaks.clone()).collect();
        Order::Try { at, known: broken.into_iter().collect(), has_hung: self.has_hung }
    }

    /// A worker whose model is made. That a first one cannot be had is an error; later on it is a verdict.
    fn started(&mut self) -> io::Result<Heard<Worker>> {
        let mut worker = Linked::start(&mut (self.start)(), Group::Own, verdicts)?;
        let outside = self.outside.map(|outside| Box::new(outside.into()));
        let begin = Order::Begin { rows: Box::new(self.rows.clone()), patience: *self.patience, outside };
        let _ = say(&mut worker.orders, &begin);
        let why = match self.next(&mut worker) {
            Heard::Said(Said::Ready) => return Ok(Heard::Said(worker)),
            Heard::Interrupted => return Ok(Heard::Interrupted),
            Heard::Said(Said::NotMade(why)) | Heard::Ended(why) | Heard::Silent(why) => why,
            Heard::Said(other) => format!("the worker process said {other:?}"),
        };
        if self.findings.rows.is_empty() { Err(io::Error::other(why)) } else { Ok(Heard::Ended(why)) }
    }

    /// Listens until the worker says more than that it lives.
    fn next(&mut self, worker: &mut Worker) -> Heard<Said> {
        let mut silent = Duration::ZERO;
        let limit = if self.has_hung { self.patience.silent / 3 } else { self.patience.silent };
        loop {
            match worker.hear(TICK) {
                Some(Line::Said(Said::Alive)) => silent = Duration::ZERO,
                Some(Line::Said(said)) => return Heard::Said(said),
                Some(Line::Printed(line)) => {
                    if (self.on)(Event::Printed(&line)).is_break() {
                        return Heard::Interrupted;
                    }
                    worker.last_words = line;
                }
                // Where the link is standard output, a model may print on it as well.
                Some(Line::Garbage(_)) => {}
                Some(Line::Closed) => return self.died(worker),
                // Counted, not measured: a supervisor that was stopped itself must not hold that against the worker.
                None => silent += TICK,
            }
            if silent >= limit {
                return Heard::Silent(format!("hung: the process has said nothing for {silent:?}"));
            }
            if (self.on)(Event::Waits).is_break() {
                return Heard::Interrupted;
            }
        }
    }

    /// How the worker has ended, and what it said last.
    fn died(&mut self, worker: &mut Worker) -> Heard<Said> {
        Heard::Ended(worker.death(|line| _ = (self.on)(Event::Printed(line))))
    }
}

/// A line of a worker's link.
fn verdicts(link: &mut BufReader<Box<dyn Read + Send>>) -> Option<Line<Said>> {
    let mut line = Vec::new();
    if link.read_until(b'\n', &mut line).ok()? == 0 {
        return None;
    }
    Some(serde_json::from_slice(&line).map_or_else(|_| Line::Garbage(line), Line::Said))
}

/// What a worker was heard to do.
enum Heard<T> {
    Said(T),
    Ended(String),
    /// Not even that it lives.
    Silent(String),
    Interrupted,
}

impl Found {
    /// The model has ended the whole process.
    fn ended(why: String) -> Self {
        let breaks = requirement_of(Watched::NeverPanics).map(|requirement| requirement.name.into());
        Self { verdict: Verdict::Broken(why), breaks, retried: Vec::new(), hangs: false, ends: true }
    }

    /// Nothing of the process moves any more, not even its watchdog.
    fn stuck(case: &Case, why: String) -> Self {
        let breaks = case.requirement().map(String::from);
        Self { verdict: Verdict::Broken(why), breaks, retried: Vec::new(), hangs: true, ends: true }
    }

    fn skipped(rows: usize, how: &str) -> Self {
        let why = format!("{rows} rows in a row {how}: mend the first cause, and check again");
        Self { verdict: Verdict::Skipped(why), breaks: None, retried: Vec::new(), hangs: true, ends: true }
    }
}
