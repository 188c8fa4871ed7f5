//! The process that has the model, and nothing else of the suite's.
//!
//! *How it waits*: the first thread makes the model, which belongs to it, and waits for orders between two runs. One thread reads
//! orders, so that a run can be cancelled while it waits; one tells milestones. All are there before the first run.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use downstream_call::{Call, Cancel, Diamond, Model, Outcome, Run, Trace};

use super::told::Telling;
use super::wire::{Answer, Ended, Order, WireCancel, WireRun};
use crate::Subject;
use crate::supervised::{link, panics};

/// Makes the runs that a worker asks for, until it asks for no more.
///
/// A program calls this when its first argument is [`HOST_ARGUMENT`](super::HOST_ARGUMENT); [`main`](crate::main) does.
#[must_use]
pub fn host(subject: &Subject<'_>) -> ExitCode {
    let Ok((input, output)) = link::of_this_process() else {
        eprintln!("a host of the suite is started by its worker: run this program without arguments");
        return ExitCode::from(2);
    };
    panics::keep();
    let output = Output(Arc::new(Mutex::new(output)));
    let (orders, inbox) = channel();
    let running = Running::default();
    let cancels = running.clone();
    thread::spawn(move || listen(input, &orders, &cancels));
    let told = output.clone();
    let telling = Telling::start(move |answer| told.say(answer));
    match made(subject) {
        Ok(model) => Host { model, running, telling, output }.serve(&inbox),
        Err(why) => output.say(&Answer::NotMade(why)),
    }
    ExitCode::SUCCESS
}

fn made(subject: &Subject<'_>) -> Result<Box<dyn Model>, String> {
    match catch_unwind(AssertUnwindSafe(subject.new)) {
        Ok(made) => made.map_err(|error| error.to_string()),
        Err(_) => Err(panics::take().unwrap_or_else(|| "panicked".into())),
    }
}

/// An order, and what cancels the run that it asks for.
type Ordered = (Order, io::Result<Cancel>);

/// Passes orders on, and cancels. Their end is the worker's: nothing of this process may outlive it.
fn listen(input: impl Read, orders: &Sender<Ordered>, running: &Running) {
    let lines = BufReader::new(input).lines().map_while(Result::ok);
    for order in lines.map_while(|line| serde_json::from_str(&line).ok()) {
        let cancel = match &order {
            Order::FanOut { run, .. } | Order::Diamond { run, .. } => running.begins(run.cancel),
            Order::Cancel => {
                running.cancel();
                continue;
            }
        };
        if orders.send((order, cancel)).is_err() {
            break;
        }
    }
    link::end_own_group();
}

/// What cancels the run in progress. It is there as soon as the run is ordered: a later order may cancel it before it begins.
#[derive(Clone, Default)]
struct Running(Arc<Mutex<Cancel>>);

struct Host {
    model: Box<dyn Model>,
    running: Running,
    telling: Telling,
    output: Output,
}

impl Host {
    fn serve(mut self, inbox: &Receiver<Ordered>) {
        self.output.say(&Answer::Made);
        for (order, cancel) in inbox {
            match order {
                Order::FanOut { run, calls } => {
                    let calls: Vec<_> = calls.into_iter().map(Call::from).collect();
                    self.run(run, cancel, |model, run| model.fan_out(run, &calls));
                }
                Order::Diamond { run, base } => {
                    let plan = Diamond::new(base.into());
                    self.run(run, cancel, |model, run| Ok(vec![model.diamond(run, &plan)?]));
                }
                // The thread that reads orders has seen to it.
                Order::Cancel => {}
            }
        }
    }

    fn run(&mut self, wire: WireRun, cancel: io::Result<Cancel>, act: impl Act) {
        let outcomes =
            cancel.and_then(|cancel| self.outcomes(wire, cancel, act)).map_err(|error| error.to_string());
        // What the run has taken is given back before it is said to be over.
        self.running.ended();
        if let Some(milestones) = self.telling.run_ended() {
            self.output.say(&milestones);
        }
        self.output.say(&Answer::Ended(Ended::new(outcomes, panics::take())));
    }

    fn outcomes(&mut self, wire: WireRun, cancel: Cancel, act: impl Act) -> io::Result<Vec<Outcome>> {
        let trace = if wire.traced { Trace::on() } else { Trace::off() };
        self.telling.run_begins(&trace);
        let WireRun { in_flight, first_failure_cancels, work, .. } = wire;
        let run = Run { in_flight, cancel, first_failure_cancels, trace, work: work.into() };
        let ended = catch_unwind(AssertUnwindSafe(|| act(&mut *self.model, &run)));
        ended.unwrap_or_else(|_| Err(io::Error::other("the run panicked")))
    }
}

/// A run of the model, of one kind or the other.
trait Act: FnOnce(&mut dyn Model, &Run) -> io::Result<Vec<Outcome>> {}
impl<Any: FnOnce(&mut dyn Model, &Run) -> io::Result<Vec<Outcome>>> Act for Any {}

impl Running {
    fn begins(&self, how: WireCancel) -> io::Result<Cancel> {
        let cancel = if how == WireCancel::Never { Cancel::never() } else { Cancel::new()? };
        if how == WireCancel::Already {
            cancel.cancel();
        }
        *self.lock() = cancel.clone();
        Ok(cancel)
    }

    /// A cancel that comes later belongs to no run.
    fn ended(&self) {
        *self.lock() = Cancel::never();
    }

    fn cancel(&self) {
        self.lock().cancel();
    }

    fn lock(&self) -> MutexGuard<'_, Cancel> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where answers go. One is written in one piece, by the thread of the model or by the one that tells milestones.
#[derive(Clone)]
struct Output(Arc<Mutex<Box<dyn Write + Send>>>);

impl Output {
    /// A worker that is gone ends this process by the end of its orders.
    fn say(&self, answer: &Answer) {
        let mut output = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = answer.write(&mut *output);
    }
}
