//! No subject can stop its supervisor: each trouble is a verdict, and the next row is tried all the same.

use std::io;
use std::ops::ControlFlow;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::Duration;

use conformance::{Event, Findings, Patience, Rows, Subject, Verdict, supervise};
use downstream_call::{Call, Diamond, Failure, Model, Outcome, Run};
use libtest_mimic::{Failed, Trial};
use rustix::process::{Signal, getpid, kill_process};

use crate::as_worker;

/// What a subject does when it is asked for one call; with none it does what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Exits,
    ExitsAndLeavesAChild,
    Aborts,
    StopsItself,
    SleepsForEver,
    SpinsForEver,
    PanicsOnAnotherThread,
    PrintsWithoutEnd,
    PrintsVerdicts,
    LeavesAChild,
    CannotBeMade,
    PanicsWhenMade,
}

/// Each trouble, and what the verdict of its row contains.
const CASES: [(Trouble, &str); 10] = [
    (Trouble::Exits, "the process ended: exit status: 3; it said: so long"),
    (Trouble::ExitsAndLeavesAChild, "the process ended: exit status: 4"),
    (Trouble::Aborts, "the process ended: signal: 6 (SIGABRT)"),
    (Trouble::StopsItself, "hung: the process has said nothing for"),
    (Trouble::SleepsForEver, "thread asleep in `clock_nanosleep`"),
    (Trouble::SpinsForEver, "hung: the row was not over after 1 s"),
    (Trouble::PanicsOnAnotherThread, "troubles.rs:"),
    // Printing this much takes CPU time as well.
    (Trouble::PrintsWithoutEnd, ""),
    (Trouble::PrintsVerdicts, "ended with lost"),
    (Trouble::LeavesAChild, "left behind: 1 process more than the 0 before the run of 1 call"),
];

/// The row that asks for one call, and one that asks for none.
const ASKS: &str = "a call brings the answer that was sent";
const ASKS_NOTHING: &str = "no calls, no outcomes";

/// A trial for each trouble, and what else a supervisor has to bear.
pub(crate) fn trials() -> Vec<Trial> {
    let verdicts = CASES.into_iter().map(|(trouble, reason)| {
        Trial::test(format!("troubles::{trouble:?}"), move || is_a_verdict(trouble, reason))
    });
    let errors = [Trouble::CannotBeMade, Trouble::PanicsWhenMade]
        .into_iter()
        .map(|trouble| Trial::test(format!("troubles::{trouble:?}"), move || is_an_error(trouble)));
    let others = [
        Trial::test("troubles::what_a_subject_prints_is_passed_on", what_is_printed_is_passed_on),
        Trial::test("troubles::after_five_rows_that_hang_the_rest_is_skipped", hangs_are_bounded),
        Trial::test(
            "troubles::after_forty_rows_that_break_one_requirement_the_rest_is_skipped",
            alike_are_bounded,
        ),
        Trial::test("troubles::it_can_be_ended_at_any_event", it_can_be_ended_at_any_event),
    ];
    verdicts.chain(errors).chain(others).collect()
}

/// Is the subject with this trouble.
pub(crate) fn worker(trouble: &str) -> ExitCode {
    let trouble = named(trouble);
    conformance::worker(&Subject::new("trouble", &move || Troubled::made(trouble)))
}

fn named(name: &str) -> Trouble {
    let all = CASES.map(|(trouble, _)| trouble);
    let others = [Trouble::CannotBeMade, Trouble::PanicsWhenMade];
    let known = all.into_iter().chain(others).find(|trouble| format!("{trouble:?}") == name);
    known.expect("the name of a trouble")
}

struct Troubled(Trouble);

impl Troubled {
    fn made(trouble: Trouble) -> io::Result<Box<dyn Model>> {
        match trouble {
            Trouble::CannotBeMade => Err(io::Error::other("there is no ring here")),
            Trouble::PanicsWhenMade => panic!("made of glass"),
            _ => Ok(Box::new(Self(trouble))),
        }
    }

    #[expect(clippy::zombie_processes, reason = "the supervisor ends the child that is left")]
    fn make_trouble(&self) {
        match self.0 {
            Trouble::Exits => {
                eprintln!("so long");
                std::process::exit(3);
            }
            Trouble::ExitsAndLeavesAChild => {
                Command::new("sleep").arg("600").spawn().expect("a process");
                std::process::exit(4);
            }
            Trouble::Aborts => std::process::abort(),
            Trouble::StopsItself => kill_process(getpid(), Signal::STOP).expect("a signal"),
            Trouble::SleepsForEver => thread::sleep(Duration::from_secs(600)),
            Trouble::SpinsForEver => loop {
                std::hint::spin_loop();
            },
            Trouble::PanicsOnAnotherThread => {
                let ended = thread::spawn(|| panic!("out of luck")).join();
                assert!(ended.is_err());
            }
            Trouble::PrintsWithoutEnd => {
                for _ in 0..100_000 {
                    println!("and another thing, and another thing, and another thing");
                }
            }
            Trouble::PrintsVerdicts => {
                println!(
                    r#"{{"Found":{{"verdict":"held","breaks":null,"retried":[],"hangs":false,"ends":false}}}}"#
                );
            }
            Trouble::LeavesAChild => {
                Command::new("sleep").arg("600").spawn().expect("a process");
            }
            Trouble::CannotBeMade | Trouble::PanicsWhenMade => {}
        }
    }
}

impl Model for Troubled {
    fn fan_out(&mut self, _: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        if !calls.is_empty() {
            self.make_trouble();
        }
        Ok(vec![Err(Failure::Lost); calls.len()])
    }

    fn diamond(&mut self, _: &Run, _: &Diamond) -> io::Result<Outcome> {
        Ok(Err(Failure::Lost))
    }
}

fn checked(
    trouble: Trouble,
    only: &str,
    on: &mut dyn FnMut(Event<'_>) -> ControlFlow<()>,
) -> io::Result<Findings> {
    let start = || as_worker("troubles", &format!("{trouble:?}"));
    let patience = Patience {
        overdue: Duration::from_millis(500),
        silent: Duration::from_secs(5),
        row: Duration::from_secs(1),
        left_behind: Duration::from_millis(100),
        attempts: 1,
        ..Patience::default()
    };
    supervise("trouble", &start, &Rows { only: only.into(), ..Rows::default() }, &patience, on)
}

/// Both rows have a verdict: the first for its reason, and the second holds in whatever worker it is tried.
fn is_a_verdict(trouble: Trouble, reason: &str) -> Result<(), Failed> {
    let mut go_on = |_: Event<'_>| ControlFlow::Continue(());
    let asked = checked(trouble, ASKS, &mut go_on)?;
    let (_, why) = asked.broken().next().ok_or("the row holds")?;
    if !why.contains(reason) {
        return Err(format!("{why}, which does not contain {reason}").into());
    }
    let all = checked(trouble, "c", &mut |event| match event {
        Event::Found(row) if row.name == ASKS_NOTHING => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    })?;
    let last = all.rows.last().ok_or("no row was tried")?;
    if (last.name.as_str(), &last.verdict) == (ASKS_NOTHING, &Verdict::Held) && all.rows.len() > 1 {
        return Ok(());
    }
    Err(format!("{:?}", all.rows).into())
}

fn is_an_error(trouble: Trouble) -> Result<(), Failed> {
    let error = checked(trouble, ASKS, &mut |_| ControlFlow::Continue(())).err().ok_or("it was made")?;
    let known = ["there is no ring here", "made of glass"];
    if known.iter().any(|reason| error.to_string().contains(reason)) {
        return Ok(());
    }
    Err(error.to_string().into())
}

fn what_is_printed_is_passed_on() -> Result<(), Failed> {
    let mut lines = Vec::new();
    checked(Trouble::Exits, ASKS, &mut |event| {
        if let Event::Printed(line) = event {
            lines.push(line.to_owned());
        }
        ControlFlow::Continue(())
    })?;
    if lines == ["so long"] { Ok(()) } else { Err(format!("{lines:?}").into()) }
}

fn hangs_are_bounded() -> Result<(), Failed> {
    let findings = checked(Trouble::SleepsForEver, "call", &mut |_| ControlFlow::Continue(()))?;
    let hung = findings.broken().filter(|(_, why)| why.starts_with("hung")).count();
    let skipped = findings.skipped().filter(|(_, why)| why.contains("5 rows in a row have hung")).count();
    if hung >= 5 && skipped > 0 && hung + skipped < findings.rows.len() + 1 {
        return Ok(());
    }
    Err(format!("{hung} hung and {skipped} skipped of {}", findings.rows.len()).into())
}

fn alike_are_bounded() -> Result<(), Failed> {
    let findings = checked(Trouble::Exits, "", &mut |_| ControlFlow::Continue(()))?;
    let broken = findings.broken().count();
    let alike = "40 rows in a row have broken one requirement";
    let skipped = findings.skipped().filter(|(_, why)| why.contains(alike)).count();
    if broken < 100 && broken + skipped + 1 >= findings.rows.len() {
        return Ok(());
    }
    Err(format!("{broken} broken and {skipped} skipped of {}", findings.rows.len()).into())
}

fn it_can_be_ended_at_any_event() -> Result<(), Failed> {
    for events in 0..4 {
        let mut left = events;
        let findings = checked(Trouble::SleepsForEver, "c", &mut |_| {
            if left == 0 {
                return ControlFlow::Break(());
            }
            left -= 1;
            ControlFlow::Continue(())
        })?;
        if !findings.interrupted {
            return Err(format!("went on after {events} events").into());
        }
    }
    Ok(())
}
