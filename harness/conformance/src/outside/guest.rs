//! A `Model` that asks a host: what a worker has in the place of a model of its own.
//!
//! *How it waits*: for what the host says, and looks a hundred times a second whether the run was cancelled, if it can be.
//!
//! *What to notice*: a host that ends during a run is reported as a panic is. One that says what is no answer is ended, since
//! nothing that it says later can be believed.

use std::io::{self, BufReader, Read};
use std::time::{Duration, Instant};

use downstream_call::{Call, Diamond, MachineClock, MilestoneLine, Model, Outcome, Run};
use observe::Observed;

use super::Hosted;
use super::wire::{Answer, Order, WireCall, WireRun};
use crate::Patience;
use crate::place::Place;
use crate::supervised::link::{self, Group};
use crate::supervised::process::{Line, Linked};
use crate::supervised::{below, panics, say};
use crate::words::printable;

/// Between two looks at whether the host has ended without closing the link.
const LOOK: Duration = Duration::from_millis(100);
/// Between two looks at whether the run was cancelled. Each costs a wait for a core on a busy machine, which counts in favour of
/// the model.
const LOOK_AT_CANCEL: Duration = Duration::from_millis(10);
/// More milestones than any call has.
const MARKS_OF_A_CALL: usize = 16;
/// Characters that are shown of what is no answer.
const GARBAGE: usize = 60;

/// The model of a host, and the host.
pub(crate) struct Guest {
    hosted: Hosted,
    /// How long the model may take to be made.
    patient: Duration,
    clock: Option<MachineClock>,
    /// Nothing once it has ended, or was ended.
    host: Option<Linked<Answer>>,
}

/// What a host was heard to do.
enum Heard {
    Said(Answer),
    /// Its process has ended, and how.
    Died(String),
    /// What is no answer: it was ended.
    Nonsense(io::Error),
    /// Nothing, in the time that it had.
    Nothing,
}

impl Guest {
    /// Starts a host, which makes the model.
    ///
    /// # Errors
    /// The host cannot be started, or the model cannot be made.
    pub(crate) fn start(hosted: Hosted, patience: &Patience) -> io::Result<Self> {
        // The supervisor hears nothing until the model is made.
        let patient = patience.silent / 2;
        let clock = MachineClock::read();
        let mut guest = Self { hosted, patient, clock, host: None };
        guest.start_host()?;
        Ok(guest)
    }

    fn start_host(&mut self) -> io::Result<()> {
        self.end_host();
        let started = Linked::start(&mut self.hosted.host.command(), Group::OfItsParent, read);
        let program = self.hosted.host.file.to_string_lossy();
        let started = started.map_err(|error| {
            io::Error::new(error.kind(), format!("the program {program} cannot be started: {error}"))
        });
        self.host = Some(started?);
        self.made()
    }

    fn made(&mut self) -> io::Result<()> {
        let until = Instant::now() + self.patient;
        loop {
            match self.listen(LOOK) {
                Heard::Said(Answer::Made) => return Ok(()),
                Heard::Said(Answer::NotMade(why)) => return Err(io::Error::other(why)),
                Heard::Said(Answer::Milestones(_) | Answer::Ended(_)) => {
                    return Err(self.unexpected(b"what belongs to a run"));
                }
                Heard::Nonsense(error) => return Err(error),
                Heard::Died(how) => {
                    return Err(io::Error::other(format!(
                        "{how}; it had made no model: its main has to call conformance::main"
                    )));
                }
                Heard::Nothing if Instant::now() > until => break,
                Heard::Nothing => {}
            }
        }
        let waited = self.patient.as_secs_f64();
        let asleep = self.thread().and_then(|thread| self.observed().asleep_in(thread));
        let asleep = asleep.map_or(String::new(), |call| format!("; thread asleep in `{call}`"));
        self.end_host();
        Err(io::Error::other(format!("the model was not made after {waited} s{asleep}")))
    }

    fn run(&mut self, run: &Run, calls: usize, order: &Order) -> io::Result<Vec<Outcome>> {
        self.order(order);
        let look = if run.cancel.socket().is_some() { LOOK_AT_CANCEL } else { LOOK };
        // One that is cancelled already is ordered so.
        let mut is_cancelled = run.cancel.is_cancelled();
        let mut marks_left = MARKS_OF_A_CALL * calls;
        loop {
            match self.listen(look) {
                Heard::Said(Answer::Ended(ended)) => {
                    if let Some(panic) = &ended.panic {
                        panics::keep_from_elsewhere(panic.clone());
                    }
                    return ended.into_outcomes().map_err(io::Error::other);
                }
                Heard::Said(Answer::Milestones(lines)) if lines.len() <= marks_left => {
                    marks_left -= lines.len();
                    self.note(run, &lines);
                }
                Heard::Said(Answer::Milestones(_)) => {
                    return Err(self.unexpected(b"more milestones than its calls have"));
                }
                Heard::Said(Answer::Made | Answer::NotMade(_)) => {
                    return Err(self.unexpected(b"once more that the model is made"));
                }
                Heard::Nonsense(error) => return Err(error),
                Heard::Died(how) => {
                    panics::keep_from_elsewhere(how.clone());
                    return Err(io::Error::other(how));
                }
                Heard::Nothing => {}
            }
            if !is_cancelled && run.cancel.is_cancelled() {
                is_cancelled = true;
                self.order(&Order::Cancel);
            }
        }
    }

    /// A host that is gone is noticed when it is listened to.
    fn order(&mut self, order: &Order) {
        if let Some(host) = &mut self.host {
            let _ = say(&mut host.orders, order);
        }
    }

    fn listen(&mut self, limit: Duration) -> Heard {
        let Some(host) = &mut self.host else {
            return Heard::Died("the process ended".into());
        };
        match host.hear(limit) {
            Some(Line::Said(answer)) => Heard::Said(answer),
            Some(Line::Garbage(line)) if link::IS_PRIVATE => Heard::Nonsense(self.unexpected(&line)),
            Some(Line::Garbage(line)) => {
                eprintln!("{}", String::from_utf8_lossy(line.trim_ascii_end()));
                Heard::Nothing
            }
            Some(Line::Printed(line)) => {
                eprintln!("{line}");
                host.last_words = line;
                Heard::Nothing
            }
            Some(Line::Closed) => Heard::Died(self.death()),
            None => Heard::Nothing,
        }
    }

    fn note(&self, run: &Run, lines: &[String]) {
        let Some(clock) = &self.clock else { return };
        let mark = |line: &String| MilestoneLine::parse(line.as_bytes())?.mark(clock);
        lines.iter().filter_map(mark).for_each(|mark| run.trace.note_mark(mark));
    }

    fn death(&mut self) -> String {
        let how = self.host.as_mut().map(|host| host.death(|line| eprintln!("{line}")));
        self.end_host();
        how.unwrap_or_else(|| "the process ended".into())
    }

    /// Nothing that this host says later can be believed.
    fn unexpected(&mut self, said: &[u8]) -> io::Error {
        self.end_host();
        let said = printable(said.trim_ascii_end(), GARBAGE);
        io::Error::other(format!(
            "the process of the model wrote on the suite's connection, which is its standard input: {said}"
        ))
    }

    fn end_host(&mut self) {
        if self.host.take().is_some() {
            below::end(std::process::id());
            // The worker has no other children.
            below::wait_for_all_that_have_ended();
        }
    }
}

impl Model for Guest {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        let order =
            Order::FanOut { run: WireRun::new(run), calls: calls.iter().map(WireCall::from).collect() };
        self.run(run, calls.len(), &order)
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        let order = Order::Diamond { run: WireRun::new(run), base: plan.base().into() };
        let outcomes = self.run(run, 5, &order)?;
        outcomes.into_iter().next().ok_or_else(|| self.unexpected(b"a diamond without an outcome"))
    }
}

impl Place for Guest {
    fn model(&mut self) -> &mut dyn Model {
        self
    }

    /// In a new process: of what a broken row has left, nothing is kept, and no destructor is waited for.
    fn make_again(&mut self) -> io::Result<()> {
        self.start_host()
    }

    fn observed(&self) -> Observed {
        // Without a host the next run fails, whatever is observed.
        self.host.as_ref().map_or_else(Observed::this, |host| Observed::process(host.number()))
    }

    /// The first thread of the host, whose number is that of the process.
    fn thread(&self) -> Option<u32> {
        self.host.as_ref().map(Linked::number)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.end_host();
    }
}

fn read(link: &mut BufReader<Box<dyn Read + Send>>) -> Option<Line<Answer>> {
    Some(Answer::read(link)?.map_or_else(Line::Garbage, Line::Said))
}
