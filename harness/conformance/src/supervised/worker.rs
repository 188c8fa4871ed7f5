//! The process that tries the rows.
//!
//! *How it waits*: the first thread belongs to the model. One thread waits for orders; when they end it ends the process, with
//! all that the model has started. The watchdog looks at the run in progress a few times a second.

use std::io::{BufRead, BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::order::{Found, Order, Said, say};
use super::progress::{Progress, RowNow};
use super::{Patience, link, panics};
use crate::breach::{Breach, Held, Watched};
use crate::cases::{Case, cases, earlier, requirement_of};
use crate::stage::Stage;
use crate::{Rows, Subject, Verdict};

/// Between two looks of the watchdog.
const LOOK: Duration = Duration::from_millis(25);
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
    let Ok((input, output)) = link::to_supervisor() else {
        eprintln!("a worker of the suite is started by its supervisor: run this program without arguments");
        return ExitCode::from(2);
    };
    let output = Output(Arc::new(Mutex::new(output)));
    let (orders, inbox) = channel();
    thread::spawn(move || listen(input, &orders));
    let Ok(Order::Begin { rows, patience }) = inbox.recv() else { return ExitCode::FAILURE };
    panics::keep();
    let progress = Progress::of_this_thread(patience.answer);
    match make(subject, &patience, &progress) {
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

fn make<'subject>(
    subject: &'subject Subject<'subject>,
    patience: &Patience,
    progress: &Arc<Progress>,
) -> Result<Stage<'subject>, String> {
    let made = catch_unwind(AssertUnwindSafe(|| Stage::new(subject, patience, Arc::clone(progress))));
    match made {
        Ok(stage) => stage.map_err(|error| error.to_string()),
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
            let Order::Try { at, known, overdue } = order else { break };
            let Some(case) = cases.get(at) else { break };
            if let Some(found) = self.found(case, &known, overdue) {
                self.output.say(&Said::Found(found));
            }
        }
    }

    /// What becomes of a row; nothing if the watchdog has said it.
    fn found(&mut self, case: &Case, known: &[String], overdue: Duration) -> Option<Found> {
        if let Some(why) = lacks_descriptors(case) {
            return Some(Found {
                verdict: Verdict::Skipped(why),
                breaks: None,
                retried: Vec::new(),
                hangs: false,
                ends: false,
            });
        }
        let (requirement, limit) = (case.requirement(), self.patience.row);
        self.progress.row_begins(RowNow {
            began: Instant::now(),
            requirement,
            overdue,
            limit,
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

/// Why the row cannot be tried here, if it takes more descriptors than this process may have.
#[cfg(unix)]
fn lacks_descriptors(case: &Case) -> Option<String> {
    use rustix::process::{Resource, getrlimit};
    let limit = getrlimit(Resource::Nofile).current?;
    let (open, needs) = (observe::Resources::now().descriptors as u64, case.descriptors());
    let all = open + needs;
    (all > limit).then(|| {
        let cure = format!("raise the limit as root (ulimit -n {all})");
        format!("it takes up to {all} descriptors, and a process may have {limit} here: {cure}")
    })
}

#[cfg(not(unix))]
fn lacks_descriptors(_: &Case) -> Option<String> {
    None
}
