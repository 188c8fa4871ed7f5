//! A host that lies, floods, leaves or sleeps gets its verdict, and in time: nothing that the process of a model says counts by
//! itself.

use std::fs::File;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::os::fd::AsFd;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use conformance::{Event, Facts, Findings, Outside, Patience, Rows, Subject, Verdict, supervise_outside};
use downstream_call::{
    Call, Diamond, Exchange, Failure, MachineClock, Milestone, Model, Outcome, Reply, Run,
};
use libtest_mimic::{Failed, Trial};
use rustix::process::{Signal, getpid, getppid, kill_process};

use crate::{as_host, as_worker_outside};

/// What a host does when it is asked for one call; with none it does what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trick {
    PrintsAVerdict,
    SendsAVerdict,
    SendsGarbage,
    SendsWithoutEnd,
    SendsMilestonesWithoutEnd,
    ExitsWithSuccess,
    PrintsWithoutEnd,
    LeavesAChild,
    LeavesADaemon,
    HangsAfterAMilestone,
    StopsItself,
    EndsItsParent,
    SleepsWhenDropped,
    AnswersWithoutACall,
}

/// Each trick, and what the verdict of its row contains.
const TRICKS: [(Trick, &str); 14] = [
    (Trick::PrintsAVerdict, "ended with lost"),
    (Trick::SendsAVerdict, "wrote on the suite's connection, which is its standard input: {\"Found\""),
    (Trick::SendsGarbage, "wrote on the suite's connection, which is its standard input: rubbish"),
    (Trick::SendsWithoutEnd, "wrote on the suite's connection"),
    (Trick::SendsMilestonesWithoutEnd, "more milestones"),
    (Trick::ExitsWithSuccess, "the process ended: exit status: 0; it said: all rows held"),
    // Printing this much takes CPU time as well.
    (Trick::PrintsWithoutEnd, ""),
    (Trick::LeavesAChild, "left behind: 1 process more than the 0 before the run of 1 call"),
    (Trick::LeavesADaemon, "left behind: 1 process more than the 0 before the run of 1 call"),
    (
        Trick::HangsAfterAMilestone,
        "call 0 of 1 had sent its request and was not over 0.5 s after its deadline; thread asleep in `clock_nanosleep`",
    ),
    (Trick::StopsItself, "hung: the run of 1 call was not over 0.5 s after the last deadline"),
    (Trick::EndsItsParent, "the process ended: signal: 9 (SIGKILL)"),
    (Trick::SleepsWhenDropped, "ended with lost"),
    (Trick::AnswersWithoutACall, "1 call ended with a reply, and the mock had 0 requests"),
];

const VERDICT: &str = r#"{"Found":{"verdict":"held","breaks":null,"retried":[],"hangs":false,"ends":false}}"#;

/// The row that asks for one call, and one that asks for none.
const ASKS: &str = "a call brings the answer that was sent";
const ASKS_NOTHING: &str = "no calls, no outcomes";

/// A trial for each trick, and what else a host may do.
pub(crate) fn trials() -> Vec<Trial> {
    let tricks = TRICKS.into_iter().map(|(trick, reason)| {
        Trial::test(format!("forged::{trick:?}"), move || has_its_verdict(trick, reason))
    });
    let others = [
        Trial::test("forged::what_a_host_prints_is_passed_on", what_is_printed_is_passed_on),
        Trial::test("forged::a_host_that_makes_no_model_is_an_error_with_a_cure", no_model_is_an_error),
    ];
    tricks.chain(others).collect()
}

/// Is the host that plays this trick.
pub(crate) fn host(trick: &str) -> ExitCode {
    let known = TRICKS.iter().find(|(known, _)| format!("{known:?}") == *trick);
    let trick = known.expect("the name of a trick").0;
    conformance::host(&Subject::new("trick", &move || Ok(Box::new(Tricky(trick)))))
}

/// Both rows have a verdict: the first for its reason, and the second holds, whatever the first has left.
fn has_its_verdict(trick: Trick, reason: &str) -> Result<(), Failed> {
    let findings = checked(trick)?;
    let [asked, nothing] = &findings.rows[..] else { return Err("two rows are to be tried".into()) };
    let Verdict::Broken(why) = &asked.verdict else { return Err("the row holds".into()) };
    if !why.contains(reason) {
        return Err(format!("{why}, which does not contain {reason}").into());
    }
    if nothing.verdict != Verdict::Held {
        return Err(format!("{nothing:?}").into());
    }
    Ok(())
}

fn checked(trick: Trick) -> io::Result<Findings> {
    let host = || as_host("forged", &format!("{trick:?}"));
    // Only what hangs uses it up.
    let answer = match trick {
        Trick::HangsAfterAMilestone | Trick::StopsItself => Duration::from_millis(500),
        _ => Patience::default().answer,
    };
    checked_with(&Patience { answer, ..patience() }, &host, &mut |_| ControlFlow::Continue(()))
}

/// Little for what is left, and for what hangs.
fn patience() -> Patience {
    let soon = Duration::from_millis(500);
    Patience { overdue: soon, left_behind: soon / 5, attempts: 2, ..Patience::default() }
}

fn checked_with(
    patience: &Patience,
    host: &dyn Fn() -> Command,
    on: &mut dyn FnMut(Event<'_>) -> ControlFlow<()>,
) -> io::Result<Findings> {
    let subject = Outside { worker: &as_worker_outside, host, facts: Facts::default() };
    let rows = Rows { named: vec![ASKS.into(), ASKS_NOTHING.into()], ..Rows::default() };
    supervise_outside("trick", &subject, &rows, patience, on)
}

fn what_is_printed_is_passed_on() -> Result<(), Failed> {
    let mut lines = Vec::new();
    let host = || as_host("forged", &format!("{:?}", Trick::ExitsWithSuccess));
    checked_with(&patience(), &host, &mut |event| {
        if let Event::Printed(line) = event {
            lines.push(line.to_owned());
        }
        ControlFlow::Continue(())
    })?;
    // Both attempts have printed it.
    if lines == ["all rows held"; 2] { Ok(()) } else { Err(format!("{lines:?}").into()) }
}

fn no_model_is_an_error() -> Result<(), Failed> {
    let patience = Patience { silent: Duration::from_secs(4), ..patience() };
    for (program, why) in [
        (
            "true",
            "the process ended: exit status: 0; it had made no model: its main has to call conformance::main",
        ),
        ("cat", "the model was not made after 2 s; thread asleep in `read`"),
        ("./no-such-program", "the program ./no-such-program cannot be started: No such file"),
    ] {
        let error =
            checked_with(&patience, &|| Command::new(program), &mut |_| ControlFlow::Continue(())).err();
        let said = error.map_or("it made one".into(), |error| error.to_string());
        if !said.contains(why) {
            return Err(format!("{program}: {said}").into());
        }
    }
    Ok(())
}

struct Tricky(Trick);

impl Tricky {
    #[expect(clippy::zombie_processes, reason = "the suite ends what is left")]
    fn play(&self, run: &Run, calls: &[Call]) -> Outcome {
        match self.0 {
            Trick::PrintsAVerdict => println!("{VERDICT}"),
            Trick::SendsAVerdict => send(VERDICT),
            Trick::SendsGarbage => send("rubbish \x1b[2J"),
            Trick::SendsWithoutEnd => {
                let mut link = link();
                while link.write_all(&[b'x'; 4096]).is_ok() {}
            }
            Trick::SendsMilestonesWithoutEnd => {
                let now = MachineClock::read().expect("a clock").microseconds(Instant::now());
                let line = format!(r#"{{"Milestones":["milestone 0 started {now} 1"]}}"#);
                loop {
                    send(&line);
                }
            }
            Trick::ExitsWithSuccess => {
                println!("all rows held");
                std::process::exit(0);
            }
            Trick::PrintsWithoutEnd => {
                let end = Instant::now() + Duration::from_millis(300);
                while Instant::now() < end {
                    println!("and another thing, and another thing, and another thing");
                }
            }
            Trick::LeavesAChild => _ = Command::new("sleep").arg("600").spawn().expect("a process"),
            Trick::LeavesADaemon => {
                let left = Command::new("setsid").args(["sh", "-c", "sleep 600 &"]).status();
                assert!(left.is_ok_and(|status| status.success()));
            }
            Trick::HangsAfterAMilestone => {
                let _exchange = Exchange::new(run, 0, &calls[0])?;
                run.trace.mark(0, Milestone::Sent);
                thread::sleep(Duration::from_secs(600));
            }
            Trick::StopsItself => kill_process(getpid(), Signal::STOP).expect("a signal"),
            Trick::EndsItsParent => {
                kill_process(getppid().expect("a worker"), Signal::KILL).expect("a signal");
                thread::sleep(Duration::from_secs(600));
            }
            Trick::AnswersWithoutACall => {
                return Ok(Reply { status: 200, body: b"17".to_vec(), worked: None });
            }
            Trick::SleepsWhenDropped => {}
        }
        Err(Failure::Lost)
    }
}

impl Drop for Tricky {
    fn drop(&mut self) {
        if self.0 == Trick::SleepsWhenDropped {
            thread::sleep(Duration::from_secs(600));
        }
    }
}

impl Model for Tricky {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        Ok(calls.iter().map(|_| self.play(run, calls)).collect())
    }

    fn diamond(&mut self, _: &Run, _: &Diamond) -> io::Result<Outcome> {
        Ok(Err(Failure::Lost))
    }
}

/// The suite's own connection.
fn link() -> File {
    io::stdin().as_fd().try_clone_to_owned().expect("standard input").into()
}

fn send(line: &str) {
    let _ = link().write_all(format!("{line}\n").as_bytes());
}
