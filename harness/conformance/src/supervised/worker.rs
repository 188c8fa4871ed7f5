//! The process that tries the rows.
//!
//! *How it waits*: the first thread belongs to the model, or waits for the process that has it. One thread waits for orders; when they end it ends the process, with
//! all that the model has started. The watchdog looks at the run in progress a few times a second.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use observe::Observed;

use super::order::{Found, Order, Said, say};
use super::progress::{Progress, RowNow};
use super::{Patience, below, link, panics};
use crate::breach::{Breach, Held, Watched};
use crate::cases::{Case, cases, earlier, requirement_of};
use crate::outside::Guest;
use crate::place::{Inside, Place};
use crate::stage::Stage;
use crate::{Facts, Rows, Subject, Verdict, outside};

/// Between two looks of the watchdog.
pub(super) const LOOK: Duration = Duration::from_millis(25);
/// How often the watchdog says that this process lives.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// A row that failed after this long is not tried again: it is probably a lost wake, which a deadline has ended.
const NOISE_LIMIT: Duration = Duration::from_secs(5);

/// Where verdicts go. One line is written in one piece, by the thread of the model or by the watchdog.
#[derive(Clone)]
struct Output(Arc<Mutex<Box<dyn Write + Send>>>);

/// Tries the rows that the supervisor asks for, until it asks for no more.
///
/// A program calls this when its first argument is [`WORKER_ARGUMENT`](super::WORKER_ARGUMENT); [`main`](crate::main) does.
#[must_use]
pub fn worker(subject: &Subject<'_>) -> ExitCode {
    serve(|_, _| Ok((Box::new(Inside::new(subject)?), subject.facts())))
}

/// The same for a model in a process of its own, of which the supervisor says how it is started
/// ([`supervise_outside`](crate::supervise_outside)).
#[must_use]
pub fn worker_outside() -> ExitCode {
    serve(|outside, patience| {
        let hosted = *outside.ok_or_else(|| io::Error::other("no host was named: call supervise_outside"))?;
        let facts = hosted.facts;
        Ok((Box::new(Guest::start(hosted, patience)?), facts))
    })
}

/// What holds the model, and what the model is held to.
type Placed<'subject> = (Box<dyn Place + 'subject>, Facts);

fn serve<'subject>(
    place: impl FnOnce(Option<Box<outside::Hosted>>, &Patience) -> io::Result<Placed<'subject>>,
) -> ExitCode {
    let Ok((input, output)) = link::of_this_process() else {
        eprintln!("a worker of the suite is started by its supervisor: run this program without arguments");
        return ExitCode::from(2);
    };
    let output = Output(Arc::new(Mutex::new(output)));
    let (orders, inbox) = channel();
    thread::spawn(move || listen(input, &orders));
    let Ok(Order::Begin { rows, patience, outside }) = inbox.recv() else { return ExitCode::FAILURE };
    panics::keep();
    below::adopt_orphans();
    let progress = Progress::of_this_thread(patience.answer);
    let made = made(|| {
        let (place, facts) = place(outside, &patience)?;
        Stage::new(place, facts, &patience, Arc::clone(&progress))
    });
    match made {
        Ok(stage) => Worker { stage, patience, progress, output }.serve(&rows, &inbox),
        Err(why) => output.say(&Said::NotMade(why)),
    }
    ExitCode::SUCCESS
}

/// Passes orders on. Their end is the supervisor's: nothing of this process may outlive it.
fn listen(input: impl Read, orders: &Sender<Order>) {
    let lines = BufReader::new(input).lines().map_while(Result::ok);
    for order in lines.map_while(|line| serde_json::from_str(&line).ok()) {
        if orders.send(order).is_err() {
            break;
        }
    }
    link::end_own_group();
}

fn made<T>(make: impl FnOnce() -> io::Result<T>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(make)) {
        Ok(made) => made.map_err(|error| error.to_string()),
        Err(_) => Err(panics::take().unwrap_or_else(|| "panicked".into())),
    }
}

struct Worker<'subject> {
    stage: Stage<'subject>,
    patience: Patience,
    progress: Arc<Progress>,
    output: Output,
}

impl Worker<'_> {
    fn serve(mut self, rows: &Rows, inbox: &Receiver<Order>) {
        let cases = cases(rows);
        let (progress, output) = (Arc::clone(&self.progress), self.output.clone());
        thread::spawn(move || watch(&progress, &output));
        self.output.say(&Said::Ready);
        for order in inbox {
            let Order::Try { at, known, has_hung } = order else { break };
            let Some(case) = cases.get(at) else { break };
            let patience = if has_hung { self.patience.once_hung() } else { self.patience };
            if let Some(found) = self.found(case, &known, patience) {
                self.output.say(&Said::Found(found));
            }
        }
    }

    /// What becomes of a row; nothing if the watchdog has said it.
    fn found(&mut self, case: &Case, known: &[String], patience: Patience) -> Option<Found> {
        if let Some(why) = self.lacks_descriptors(case) {
            return Some(Found {
                verdict: Verdict::Skipped(why),
                breaks: None,
                retried: Vec::new(),
                hangs: false,
                ends: false,
            });
        }
        self.stage.patient = patience.answer;
        self.progress.row_begins(RowNow {
            began: Instant::now(),
            requirement: case.requirement(),
            patience,
            scene: None,
            retried: Vec::new(),
        });
        let held = self.attempts(case, known);
        let row = self.progress.row_ended()?;
        let (verdict, breaks) = match held {
            Ok(()) => (Verdict::Held, None),
            Err(breach) => {
                let breaks = broken(&row, &breach).map(String::from);
                (Verdict::Broken(breach.why), breaks)
            }
        };
        Some(Found { verdict, breaks, retried: row.retried, hangs: false, ends: false })
    }

    /// Tries a row a few times: noise on a busy machine passes, a defect stays.
    fn attempts(&mut self, case: &Case, known: &[String]) -> Held {
        let started = Instant::now();
        for attempt in 1.. {
            let Err(breach) = self.attempt(case) else { break };
            self.stage
                .renew_model()
                .map_err(|error| format!("the model could not be made again: {error}"))?;
            let breaks = breach.of.and_then(requirement_of).map(|requirement| requirement.name);
            let is_known =
                breaks.or(case.requirement()).is_some_and(|name| known.iter().any(|known| known == name));
            if is_known {
                self.stage.left_behind = self.stage.left_behind.min(LOOK * 4);
            }
            if is_known || attempt >= self.patience.attempts || started.elapsed() >= NOISE_LIMIT {
                return Err(breach);
            }
            self.progress.attempt_failed(breach.why);
        }
        Ok(())
    }

    /// A panic of the model is its run's; what is caught here is an index or an `expect` of the row itself.
    fn attempt(&mut self, case: &Case) -> Held {
        self.stage.only_waits = false;
        let held = catch_unwind(AssertUnwindSafe(|| case.hold(&mut self.stage)));
        held.unwrap_or_else(|_| Err(panics::take().unwrap_or_else(|| "the row panicked".into()).into()))
    }
}

impl Worker<'_> {
    /// Why the row cannot be tried here, if it takes more descriptors than this process may have, or that of the model.
    fn lacks_descriptors(&self, case: &Case) -> Option<String> {
        [Observed::this(), self.stage.observed()].into_iter().find_map(|observed| {
            let limit = observed.descriptor_limits().now?;
            let all = observed.resources().descriptors as u64 + case.descriptors();
            (all > limit).then(|| {
                let cure = format!("raise the limit as root (ulimit -n {all})");
                format!("it takes up to {all} descriptors, and a process may have {limit} here: {cure}")
            })
        })
    }
}

/// The requirement that a breach breaks: the one that names what every run is watched for, or the row's own. A hang is the
/// row's own if it rests on less.
fn broken(row: &RowNow, breach: &Breach) -> Option<&'static str> {
    let watched = breach.of.and_then(requirement_of).map(|requirement| requirement.name);
    let is_hang =
        matches!(breach.of, Some(Watched::EndsConnecting | Watched::EndsUnanswered | Watched::EndsReceiving));
    match (row.requirement, watched) {
        (Some(own), Some(watched)) if is_hang => Some(earlier(own, watched)),
        (own, watched) => watched.or(own),
    }
}

/// The watchdog: says what hangs, and ends this process, whose first thread will not come back.
fn watch(progress: &Progress, output: &Output) -> ! {
    let mut said = Instant::now();
    loop {
        thread::sleep(LOOK);
        if let Some((row, breach)) = progress.hang() {
            let breaks = broken(&row, &breach).map(String::from);
            let verdict = Verdict::Broken(breach.why);
            output.say(&Said::Found(Found {
                verdict,
                breaks,
                retried: row.retried,
                hangs: true,
                ends: true,
            }));
            link::end_own_group();
        }
        if said.elapsed() >= HEARTBEAT {
            output.say(&Said::Alive);
            said = Instant::now();
        }
    }
}

impl Output {
    /// A supervisor that is gone ends this process by the end of its orders.
    fn say(&self, message: &Said) {
        let mut output = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = say(&mut *output, message);
    }
}
