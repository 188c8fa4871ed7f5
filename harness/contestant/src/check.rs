//! Any program against the part of the suite that it can show: what it prints, what the mock counts, what it used.
//!
//! *What to notice*: a program is one process for each row, measured and bounded as in a race. It names its failures as
//! it likes: that a call fails is what matters, and the name is shown. A fault that only a deadline ends is for programs
//! that take one.
//!
//! *What is deliberately missing*: faults among healthy calls, each at a port of its own: a program has one URL. One
//! downstream that fails one call in ten stands in for that.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use conformance::{
    Event, Findings, REQUIREMENT, Requirement, Rows, Tried, Verdict, contract, expected, faults_by_group,
    tried,
};
use downstream_call::{Failure, Line};
use downstream_mock::faults::{Expect, Fault, FaultServer, OneInTen, Script};
use downstream_mock::{Config, Heat, Mock};

use crate::evidence::{lines, with_reason};
use crate::measure::{Measured, Usage};
use crate::mechanism::MECHANISMS;
use crate::process::OUTPUT_LIMIT_BYTES;
use crate::text::{counted, printable};
use crate::{Captured, Error, Evidence, Output, Placeholders, Process, Program, interrupt};

/// How long the downstream takes where calls must overlap: longer than most languages take to start them all.
const LATENCY: Duration = Duration::from_millis(300);

/// A deadline far off.
const PATIENT: Duration = Duration::from_secs(10);

/// How long a program may take to start, and to stop beyond a deadline: interpreters are slow.
const GRACE: Duration = Duration::from_secs(5);

/// A program beside its mock.
pub(crate) struct Trial<'program> {
    program: &'program Program,
    meanwhile: PathBuf,
    mock: Mock,
}

/// What was seen of calls that were all answered.
pub(crate) struct Answered {
    pub(crate) peak_in_flight: u64,
    /// The most threads while as many calls were in flight as may be: how a program starts does not matter.
    pub(crate) threads: Option<u64>,
    pub(crate) usage: Usage,
}

/// What is left of a process that has ended.
struct Ended {
    stdout: Captured,
    usage: Usage,
}

/// A row, and what its command needs for it.
pub(crate) struct Entry {
    pub(crate) about: Requirement,
    /// The placeholder without which it cannot be tried.
    pub(crate) needs: &'static str,
    pub(crate) hold: fn(&Trial<'_>) -> Result<(), String>,
}

/// What can be seen of the contract from outside, in an order in which each rests on earlier ones alone.
const REQUIREMENTS: [Entry; 5] = [
    Entry {
        about: Requirement {
            name: "a body is escaped",
            contract: contract::PROTOCOL,
            page: "contestants.md",
            look_for: "a body that is printed as it came: each byte that is not printable is written as \\xHH",
        },
        needs: "{url}",
        hold: a_body_is_escaped,
    },
    Entry {
        about: Requirement {
            name: "each call has one line, with its own answer",
            contract: contract::PROTOCOL,
            page: "contestants.md",
            look_for: "the {call} of the URL, which becomes 0, 1, 2, … and is the first word of the line",
        },
        needs: "{calls}",
        hold: each_call_has_its_own_answer,
    },
    Entry {
        about: Requirement {
            name: "one failure hides no other answer",
            contract: contract::FAILURES,
            page: "contestants.md",
            look_for: "an exception of one call that ends the others",
        },
        needs: "{calls}",
        hold: one_failure_hides_no_other_answer,
    },
    Entry {
        about: Requirement {
            name: "all calls wait at the same time",
            contract: contract::IN_FLIGHT,
            page: "contestants.md",
            look_for: "a pool with fewer workers than calls, or a call that waits for the one before it",
        },
        needs: "{calls}",
        hold: all_calls_wait_at_the_same_time,
    },
    Entry {
        about: Requirement {
            name: "never more calls in flight than allowed",
            contract: contract::IN_FLIGHT,
            page: "contestants.md",
            look_for: "a limit that is read and not used",
        },
        needs: "{in_flight}",
        hold: never_more_in_flight_than_allowed,
    },
];

/// A row that a program may be held against.
enum Case {
    Requirement(&'static Entry),
    Fault(String, Fault),
}

/// Holds a program against these rows, and says what happens as it happens. After an interrupt, or when `on` breaks, the
/// findings are those so far.
///
/// # Errors
/// The program or the mock cannot be started.
pub fn check_program(
    program: &Program,
    rows: &Rows,
    on: &mut dyn FnMut(Event<'_>) -> ControlFlow<()>,
) -> Result<Findings, Error> {
    interrupt::listen()?;
    let mut findings = Findings::new(&program.name);
    let trial = Trial::new(program)?;
    let cases = cases(rows);
    findings.all_rows = cases.len();
    let answers = trial.answers_at_all();
    findings.interrupted = interrupt::check().is_err();
    if !findings.interrupted {
        answers.map_err(|why| Error::Broken(format!("cannot check {}: it {why}", program.name)))?;
        trial.all(&cases, &mut findings, on);
    }
    let order: Vec<_> = REQUIREMENTS.iter().chain(&MECHANISMS).map(|entry| entry.about).collect();
    findings.find_first_cause(&order);
    Ok(findings)
}

/// The names of all rows that a program can be held against.
#[must_use]
pub fn rows_of_programs() -> Vec<String> {
    let named = MECHANISMS.iter().map(|entry| entry.about.name.to_owned());
    cases(&Rows::default()).iter().map(|case| case.title().1.to_owned()).chain(named).collect()
}

/// The rows that are wanted; those about a mechanism only if they are named, since no program has to have one.
fn cases(rows: &Rows) -> Vec<Case> {
    let is_named = |name: &str| rows.named.iter().any(|named| named == name);
    let wanted = REQUIREMENTS.iter().filter(|entry| rows.include(REQUIREMENT, entry.about.name));
    let wanted = wanted.filter(|entry| rows.named.is_empty() || is_named(entry.about.name));
    let wanted = wanted.chain(MECHANISMS.iter().filter(|entry| is_named(entry.about.name)));
    let faults = faults_by_group(rows).into_iter();
    let faults = faults.map(|(group, mut faults)| {
        faults.retain(|fault| rows.named.is_empty() || is_named(&fault.name));
        (group, faults)
    });
    let faults = faults
        .flat_map(|(group, faults)| faults.into_iter().map(move |fault| Case::Fault(group.clone(), fault)));
    wanted.map(Case::Requirement).chain(faults).collect()
}

impl Case {
    fn title(&self) -> (&str, &str) {
        match self {
            Self::Requirement(entry) => (REQUIREMENT, entry.about.name),
            Self::Fault(group, fault) => (group, &fault.name),
        }
    }

    fn hold(&self, trial: &Trial<'_>) -> Tried {
        match self {
            Self::Requirement(entry) if !trial.program.contains(entry.needs) => {
                Verdict::Skipped(format!("the command has no {}", entry.needs)).into()
            }
            Self::Requirement(entry) => tried(|| (entry.hold)(trial)),
            Self::Fault(_, fault) => trial.meets(fault),
        }
    }
}

impl<'program> Trial<'program> {
    fn new(program: &'program Program) -> Result<Self, Error> {
        let config = Config { latency: Duration::from_millis(1), warns: false, ..Config::default() };
        let mock = Mock::start(config).map_err(|error| Error::broken("starting the mock", error))?;
        let meanwhile =
            crate::this_program().map_err(|error| Error::broken("finding this program's file", error))?;
        Ok(Self { program, meanwhile, mock })
    }

    fn answers_at_all(&self) -> Result<(), String> {
        let url = self.mock.url() + "/echo/{call}";
        self.start(Placeholders { url: &url, calls: 1, in_flight: 1, timeout: PATIENT }).map(|_| ())
    }

    fn all(&self, cases: &[Case], findings: &mut Findings, on: &mut dyn FnMut(Event<'_>) -> ControlFlow<()>) {
        for (at, case) in cases.iter().enumerate() {
            let (group, name) = case.title();
            findings.interrupted = on(Event::Tries { group, name, at, of: cases.len() }).is_break();
            if findings.interrupted {
                return;
            }
            let row = findings.add(group, name, || case.hold(self));
            let is_interrupted = interrupt::check().is_err();
            findings.interrupted = is_interrupted || on(Event::Found(row)).is_break();
            if is_interrupted {
                // The row says nothing about the program, which was ended in the middle.
                findings.rows.pop();
            }
            if findings.interrupted {
                return;
            }
        }
    }

    /// Runs the program to its end; it is ended when it is late.
    fn start(&self, placeholders: Placeholders<'_>) -> Result<Ended, String> {
        self.start_and_look(placeholders, || {})
    }

    /// The same, with a look at it every few milliseconds.
    fn start_and_look(
        &self,
        placeholders: Placeholders<'_>,
        mut look: impl FnMut(),
    ) -> Result<Ended, String> {
        let words = self.program.words(&placeholders);
        let process = Process::start(&self.meanwhile, &words, placeholders.calls, None)
            .map_err(|error| error.to_string())?;
        let limit = placeholders.timeout + GRACE;
        let output = process.wait(limit, |_| look()).map_err(|error| error.to_string())?;
        match output {
            None => Err(format!("was ended after {} ms", limit.as_millis())),
            Some(Output { stdout: None, .. }) => {
                Err("left a process behind that holds its output open".into())
            }
            Some(Output { stdout: Some(stdout), measured: Some(Measured::Ended(usage)) }) => {
                Ok(Ended { stdout, usage })
            }
            Some(Output { measured: Some(Measured::NotStarted(why)), .. }) => {
                Err(format!("could not be started: {why}"))
            }
            Some(Output { measured: None, .. }) => Err("ended the process that measured it".into()),
        }
    }

    /// Makes calls to `/echo/{call}`, each of which must be answered. Returns the most that were in flight.
    fn echoes(&self, calls: usize, in_flight: usize, latency: Duration) -> Result<u64, String> {
        self.answered(calls, in_flight, latency).map(|answered| answered.peak_in_flight)
    }

    /// The same, with all that was seen.
    pub(crate) fn answered(
        &self,
        calls: usize,
        in_flight: usize,
        latency: Duration,
    ) -> Result<Answered, String> {
        self.mock.begin_heat(Heat::new(calls, latency));
        let url = self.mock.url() + "/echo/{call}";
        let placeholders = Placeholders { url: &url, calls, in_flight, timeout: PATIENT };
        let mut threads = None;
        let ended = self.start_and_look(placeholders, || {
            if self.mock.stats().in_flight == in_flight as u64 {
                threads = threads.max(threads_of_the_program());
            }
        })?;
        let (stats, heat) = (self.mock.stats(), self.mock.heat());
        let Ended { stdout, usage } = ended;
        let judgement =
            Evidence { calls, in_flight, stdout: &stdout, usage: &usage, stats: &stats, heat: &heat }.judge();
        let (peak_in_flight, threads) = (stats.peak_in_flight, threads.or(usage.peak_threads));
        judgement.fault.map_or(Ok(Answered { peak_in_flight, threads, usage }), Err)
    }

    /// What becomes of the row of a fault.
    fn meets(&self, fault: &Fault) -> Tried {
        match self.cannot_show(fault) {
            Some(why) => Verdict::Skipped(why).into(),
            None => match self.ends(fault) {
                Ok(note) => Tried { note, ..Verdict::Held.into() },
                Err(why) => Verdict::Broken(why).into(),
            },
        }
    }

    /// Why the program cannot show what it makes of a fault.
    fn cannot_show(&self, fault: &Fault) -> Option<String> {
        if let Expect::Reply { body, .. } = &fault.expect
            && body.len() as u64 > OUTPUT_LIMIT_BYTES
        {
            return Some("its answer is too long for a line".into());
        }
        let needs_deadline = fault.is_endless() && !self.program.contains("{timeout_");
        needs_deadline.then(|| "only a deadline ends it, and the command has no {timeout_ms}".into())
    }

    /// Makes the one call, which must end as the catalogue says; what its failure is called, if not by its name.
    fn ends(&self, fault: &Fault) -> Result<Option<String>, String> {
        let server =
            self.mock.stage(fault).map_err(|error| format!("the fault cannot be staged: {error}"))?;
        let url = server.url() + &fault.path;
        let timeout = if fault.is_endless() { LATENCY } else { fault.timeout };
        let started = Instant::now();
        let ended = self.start(Placeholders { url: &url, calls: 1, in_flight: 1, timeout })?;
        ended.was_idle(started.elapsed())?;
        let answer = ended.only_answer()?;
        ended_as(fault, answer)
    }
}

impl Ended {
    /// The one line that it printed: an answer, or what it calls its failure.
    fn only_answer(&self) -> Result<Result<(u16, Vec<u8>), String>, String> {
        if self.stdout.cut {
            return Err("printed far more than its answer".into());
        }
        let printed: Vec<_> = lines(&self.stdout.bytes).collect();
        let [line] = printed[..] else {
            let how = format!("printed {} lines for one call", printed.len());
            return Err(with_reason(&how, &self.usage));
        };
        match Line::parse_any_failure(line) {
            Some(Line { call: 0, answer }) => Ok(answer.map_err(|failure| printable(failure.as_bytes(), 60))),
            _ => Err(format!("printed \"{}\", which is no line of an answer", printable(line, 40))),
        }
    }

    /// Waiting needs no CPU time. The start of a program does, so a short run is not judged.
    fn was_idle(&self, wall: Duration) -> Result<(), String> {
        let cpu_s = self.usage.user_s.unwrap_or(0.0) + self.usage.system_s.unwrap_or(0.0);
        if wall < Duration::from_secs(1) || cpu_s < wall.as_secs_f64() * 0.75 {
            return Ok(());
        }
        Err(format!("used {:.0} ms of CPU time in {} ms", cpu_s * 1000.0, wall.as_millis()))
    }
}

/// All that lives below the measuring process, which is the only child of this one; nothing where that is not known.
fn threads_of_the_program() -> Option<u64> {
    let measuring = observe::all_children(std::process::id()).into_iter();
    let below: Vec<_> = measuring.flat_map(observe::descendants).collect();
    let threads = below.into_iter().filter_map(|process| observe::Status::of(process)?.threads);
    Some(threads.sum()).filter(|threads| *threads > 0)
}

fn ended_as(fault: &Fault, answer: Result<(u16, Vec<u8>), String>) -> Result<Option<String>, String> {
    match (&fault.expect, answer) {
        (Expect::Reply { status, body }, Ok(answer)) if answer == (*status, body.to_vec()) => Ok(None),
        (Expect::Failure(classes), Err(name)) => {
            let is_expected = |failure: Failure| classes.contains(&failure.class());
            Ok(if name.parse().is_ok_and(is_expected) { None } else { Some(name) })
        }
        (_, Ok((status, body))) => {
            let expected = expected(&fault.expect);
            Err(format!("ended with status {status} and {} bytes, not with {expected}", body.len()))
        }
        (_, Err(name)) => Err(format!("ended with {name}, not with {}", expected(&fault.expect))),
    }
}

fn each_call_has_its_own_answer(trial: &Trial<'_>) -> Result<(), String> {
    trial.echoes(20, 20, Duration::from_millis(1)).map(|_| ())
}

fn all_calls_wait_at_the_same_time(trial: &Trial<'_>) -> Result<(), String> {
    match trial.echoes(20, 20, LATENCY)? {
        20 => Ok(()),
        peak => Err(format!("{} in flight at once, not 20", counted(peak as usize, "call"))),
    }
}

fn never_more_in_flight_than_allowed(trial: &Trial<'_>) -> Result<(), String> {
    trial.echoes(12, 4, Duration::from_millis(20)).map(|_| ())
}

fn one_failure_hides_no_other_answer(trial: &Trial<'_>) -> Result<(), String> {
    let server = OneInTen::start().map_err(|error| error.to_string())?;
    let url = server.url() + "/echo/{call}";
    let ended = trial.start(Placeholders { url: &url, calls: 30, in_flight: 30, timeout: PATIENT })?;
    let printed: Vec<_> = lines(&ended.stdout.bytes).collect();
    let answers: Vec<_> = printed.iter().filter_map(|line| Line::parse_any_failure(line)).collect();
    for call in 0..30 {
        let right = |line: &&Line<String>| match &line.answer {
            Ok(answer) => !OneInTen::fails(call) && *answer == (200, call.to_string().into_bytes()),
            Err(_) => OneInTen::fails(call),
        };
        let lines = answers.iter().filter(|line| line.call == call).filter(right).count();
        if lines != 1 {
            let end = if OneInTen::fails(call) { "its failure" } else { "its answer" };
            return Err(with_reason(
                &format!("printed {lines} lines with call {call} and {end}"),
                &ended.usage,
            ));
        }
    }
    if printed.len() == 30 { Ok(()) } else { Err(format!("printed {} lines for 30 calls", printed.len())) }
}

fn a_body_is_escaped(trial: &Trial<'_>) -> Result<(), String> {
    const BODY: &[u8] = b"a\nb\r\t\\\"'\0\x1b[2J\xff";
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n";
    let script = Script::response([head, BODY].concat());
    let server: FaultServer = trial.mock.fault(script).map_err(|error| error.to_string())?;
    let url = server.url() + "/";
    let ended = trial.start(Placeholders { url: &url, calls: 1, in_flight: 1, timeout: PATIENT })?;
    match ended.only_answer()? {
        Ok((200, body)) if body == BODY => Ok(()),
        Ok((_, body)) => Err(format!("printed the body as \"{}\"", printable(&body, 60))),
        Err(failure) => Err(format!("failed with {failure}")),
    }
}
