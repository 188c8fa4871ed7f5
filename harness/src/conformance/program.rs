//! Any program against the part of the suite that it can show: what it prints, what the mock counts, what it used.
//!
//! *What to notice*: a program is one process for each row, measured and bounded as in a race. It names its failures as
//! it likes: that a call fails is what matters, and the name is shown. A fault that only a deadline ends is for programs
//! that take one.
//!
//! *What is deliberately missing*: faults among healthy calls, each at a port of its own: a program has one URL. One
//! downstream that fails one call in ten stands in for that.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use downstream_call::Line;
use downstream_mock::faults::{Expect, Fault, FaultServer, Script};
use downstream_mock::{Config, Mock};

use super::one_in_ten::OneInTen;
use super::{Report, Rows, Verdict, attempt, faults};
use crate::Error;
use crate::capture::Captured;
use crate::measure::{Measured, Usage};
use crate::race::contestant::{Blanks, Program};
use crate::race::interrupt;
use crate::race::process::{OUTPUT_LIMIT_BYTES, Output, Process};
use crate::race::verdict::{Evidence, lines, with_reason};
use crate::text::{counted, printable};

/// How long the downstream takes where calls must overlap: longer than most languages take to start them all.
const LATENCY: Duration = Duration::from_millis(300);

/// A deadline far off.
const PATIENT: Duration = Duration::from_secs(10);

/// How long a program may take to start, and to stop beyond a deadline: interpreters are slow.
const GRACE: Duration = Duration::from_secs(5);

/// A program beside its mock.
struct Trial<'program> {
    program: &'program Program,
    meanwhile: PathBuf,
    mock: Mock,
}

/// What is left of a process that has ended.
struct Ended {
    stdout: Captured,
    usage: Usage,
}

type Promise = fn(&Trial<'_>) -> Result<(), String>;

/// What can be seen of the contract from outside, and what a command must have a place for.
const PROMISES: [(&str, &str, Promise); 5] = [
    ("each call has one line, with its own answer", "{calls}", each_call_has_its_own_answer),
    ("all calls wait at the same time", "{calls}", all_calls_wait_at_the_same_time),
    ("never more calls in flight than allowed", "{in_flight}", never_more_in_flight_than_allowed),
    ("one failure hides no other answer", "{calls}", one_failure_hides_no_other_answer),
    ("a body is escaped", "{url}", a_body_is_escaped),
];

/// Holds a program against these rows.
///
/// # Errors
/// It cannot be started, the mock cannot be, or somebody interrupts.
pub fn check_program(program: &Program, rows: &Rows) -> Result<Report, Error> {
    interrupt::listen()?;
    let trial = Trial::open(program)?;
    let mut report = Report::new(&program.name);
    for (name, needs, promise) in PROMISES.iter().filter(|(name, ..)| rows.include("promise", name)) {
        report.add("promise", name, || match program.takes(needs) {
            true => attempt(|| promise(&trial)),
            false => Verdict::Skipped(format!("the command has no {needs}")),
        });
        interrupt::check()?;
    }
    for (group, faults) in faults::by_group(rows) {
        for fault in &faults {
            let mut called = None;
            report.add(&group, &fault.name, || match trial.cannot_show(fault) {
                Some(why) => Verdict::Skipped(why),
                None => trial.ends(fault).map_or_else(Verdict::Broken, |failure| {
                    called = failure;
                    Verdict::Held
                }),
            });
            report.note(called);
            interrupt::check()?;
        }
    }
    Ok(report)
}

impl<'program> Trial<'program> {
    fn open(program: &'program Program) -> Result<Self, Error> {
        let config = Config { latency: Duration::from_millis(1), ..Config::default() };
        let mock = Mock::start(config).map_err(|error| Error::broken("starting the mock", error))?;
        let meanwhile =
            std::env::current_exe().map_err(|error| Error::broken("finding this program's file", error))?;
        let trial = Self { program, meanwhile, mock };
        let url = trial.mock.url() + "/echo/{call}";
        let started = trial.start(Blanks { url: &url, calls: 1, in_flight: 1, timeout: PATIENT });
        started.map_err(|why| Error::Broken(format!("cannot check {}: it {why}", program.name)))?;
        Ok(trial)
    }

    /// Runs the program to its end; it is ended when that is late.
    fn start(&self, blanks: Blanks<'_>) -> Result<Ended, String> {
        let words = self.program.words(&blanks);
        let process =
            Process::start(&self.meanwhile, &words, blanks.calls).map_err(|error| error.to_string())?;
        let limit = blanks.timeout + GRACE;
        let output = process.wait(limit, |_| {}).map_err(|error| error.to_string())?;
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

    /// So many calls to `/echo/{call}`, of which every answer must come; the most that were in flight.
    fn echoes(&self, calls: usize, in_flight: usize, latency: Duration) -> Result<u64, String> {
        self.mock.reset_stats();
        let url = format!("{}/echo/{{call}}?latency_ms={}", self.mock.url(), latency.as_millis());
        let ended = self.start(Blanks { url: &url, calls, in_flight, timeout: PATIENT })?;
        let stats = self.mock.stats();
        let Ended { stdout, usage } = &ended;
        let verdict = Evidence { calls, in_flight, stdout, usage, stats: &stats }.judge();
        verdict.fault.map_or(Ok(stats.peak_in_flight), Err)
    }

    /// Why the program can't show what it makes of a fault.
    fn cannot_show(&self, fault: &Fault) -> Option<String> {
        if let Expect::Reply { body, .. } = &fault.expect
            && body.len() as u64 > OUTPUT_LIMIT_BYTES
        {
            return Some("its answer is too long for a line".into());
        }
        let needs_deadline = is_endless(fault) && !self.program.takes("{timeout_");
        needs_deadline.then(|| "only a deadline ends it, and the command has no {timeout_ms}".into())
    }

    /// Makes the one call, which must end as the catalogue says; what its failure is called, if not by its name.
    fn ends(&self, fault: &Fault) -> Result<Option<String>, String> {
        let server =
            self.mock.stage(fault).map_err(|error| format!("the fault cannot be staged: {error}"))?;
        let url = server.url() + &fault.path;
        let timeout = if is_endless(fault) { LATENCY } else { fault.timeout };
        let started = Instant::now();
        let ended = self.start(Blanks { url: &url, calls: 1, in_flight: 1, timeout })?;
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
        if let Some(failure) = line.strip_prefix(b"0 - ") {
            return Ok(Err(printable(failure, 60)));
        }
        match Line::parse(line) {
            Some(Line { call: 0, answer: Ok(answer) }) => Ok(Ok(answer)),
            _ => Err(format!("printed \"{}\", which is no line of an answer", printable(line, 40))),
        }
    }

    /// Who waits needs no CPU time; what it takes to start a program is not waiting.
    fn was_idle(&self, wall: Duration) -> Result<(), String> {
        let cpu_s = self.usage.user_s.unwrap_or(0.0) + self.usage.system_s.unwrap_or(0.0);
        if wall < Duration::from_secs(1) || cpu_s < wall.as_secs_f64() * 0.75 {
            return Ok(());
        }
        Err(format!("used {:.0} ms of CPU time in {} ms", cpu_s * 1000.0, wall.as_millis()))
    }
}

/// Whether nothing but a deadline, or a limit, ends it.
fn is_endless(fault: &Fault) -> bool {
    fault.expect == Expect::Failure(&["timed-out"]) || fault.name.contains("endless")
}

fn ended_as(fault: &Fault, answer: Result<(u16, Vec<u8>), String>) -> Result<Option<String>, String> {
    match (&fault.expect, answer) {
        (Expect::Reply { status, body }, Ok(answer)) if answer == (*status, body.to_vec()) => Ok(None),
        (Expect::Failure(classes), Err(name)) => {
            Ok(Some(name).filter(|name| !classes.iter().any(|class| name.starts_with(class))))
        }
        (_, Ok((status, body))) => {
            let due = faults::due(&fault.expect);
            Err(format!("ended with status {status} and {} bytes, not with {due}", body.len()))
        }
        (_, Err(name)) => Err(format!("ended with {name}, not with {}", faults::due(&fault.expect))),
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
    let ended = trial.start(Blanks { url: &url, calls: 30, in_flight: 30, timeout: PATIENT })?;
    let mut printed: Vec<_> = lines(&ended.stdout.bytes).collect();
    printed.sort_unstable_by_key(|line| (line.len(), line.to_vec()));
    for call in 0..30 {
        let start = if OneInTen::fails(call) { format!("{call} - ") } else { format!("{call} 200 {call}") };
        let lines = printed.iter().filter(|line| line.starts_with(start.as_bytes())).count();
        if lines != 1 {
            return Err(with_reason(
                &format!("printed {lines} lines that start with \"{start}\""),
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
    let ended = trial.start(Blanks { url: &url, calls: 1, in_flight: 1, timeout: PATIENT })?;
    match ended.only_answer()? {
        Ok((200, body)) if body == BODY => Ok(()),
        Ok((_, body)) => Err(format!("printed the body as \"{}\"", printable(&body, 60))),
        Err(failure) => Err(format!("failed with {failure}")),
    }
}
