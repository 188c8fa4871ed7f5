//! The rows of the suite, and the run that each of them disturbs.

use std::fs;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use downstream_call::{Call, Cancel, Line, Run};
use downstream_mock::{Config, Mock};
use libtest_mimic::{Arguments, Trial};
use meanwhile::models::{Entry, MODELS, Setup, named};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use crate::support::{MEANWHILE, can_be_made};

/// A system call that fails, and what that may cost.
#[derive(Clone, Copy)]
struct Row {
    call: &'static str,
    errno: &'static str,
    costs: Costs,
    when: When,
    /// Whether it is also tried with a run that can be cancelled, which waits for that as well.
    cancellable: bool,
}

/// Which system calls of that name fail: the first of them in one run, the second in the next, and so on.
#[derive(Clone, Copy)]
enum When {
    /// Up to this number.
    Then(usize),
    /// Up to this number, and with it all that follow: threads that have run out stay so for a while.
    FromThen(usize),
}

#[derive(Clone, Copy, PartialEq)]
enum Costs {
    /// The failure is transient, or nothing depends on the result.
    Nothing,
    /// The call for which the system call was made.
    ItsCall,
}

use Costs::{ItsCall, Nothing};

const fn row(call: &'static str, errno: &'static str, costs: Costs) -> Row {
    Row { call, errno, costs, when: When::Then(12), cancellable: false }
}

const fn cancellable(row: Row) -> Row {
    Row { cancellable: true, ..row }
}

const ROWS: &[Row] = &[
    row("socket", "EMFILE", ItsCall),
    row("connect", "EADDRNOTAVAIL", ItsCall),
    row("getsockopt", "ENOMEM", ItsCall),
    row("setsockopt", "ENOMEM", ItsCall),
    row("ioctl", "ENOMEM", ItsCall),
    cancellable(row("fcntl", "EMFILE", ItsCall)),
    row("sendto", "ENOBUFS", ItsCall),
    row("sendto", "EAGAIN", ItsCall),
    row("sendto", "EINTR", Nothing),
    row("writev", "ENOBUFS", ItsCall),
    row("recvfrom", "ECONNRESET", ItsCall),
    row("recvfrom", "EAGAIN", ItsCall),
    // tokio does not retry, because a socket that does not block is never interrupted.
    row("recvfrom", "EINTR", ItsCall),
    row("poll", "ENOMEM", ItsCall),
    row("poll", "EINTR", Nothing),
    row("epoll_create1", "EMFILE", Nothing),
    cancellable(row("epoll_ctl", "ENOSPC", ItsCall)),
    cancellable(row("epoll_wait", "EINTR", Nothing)),
    cancellable(row("epoll_pwait2", "EINTR", Nothing)),
    row("eventfd2", "EMFILE", Nothing),
    row("socketpair", "EMFILE", Nothing),
    row("pipe2", "EMFILE", Nothing),
    row("io_uring_setup", "ENOMEM", Nothing),
    row("io_uring_register", "ENOMEM", Nothing),
    cancellable(row("io_uring_enter", "EAGAIN", Nothing)),
    row("io_uring_enter", "EINTR", Nothing),
    row("io_uring_enter", "EBUSY", Nothing),
    Row { when: When::FromThen(2), ..row("clone3", "EAGAIN", ItsCall) },
    row("shutdown", "ENOTCONN", Nothing),
    row("close", "EIO", Nothing),
];

const CALLS: usize = 4;
const TIMEOUT: &str = "3s";
/// How long a run may take before it counts as hung.
const PATIENCE: Duration = Duration::from_secs(30);
/// What the test calls itself with, to be a run that can be cancelled.
const SUBJECT: &str = "--subject";

/// Runs the tests; or is a run itself, if the arguments ask for that.
pub(crate) fn main() -> ExitCode {
    if let Some(ended) = be_the_subject() {
        return ended;
    }
    let strace = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output();
    if !strace.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: strace is missing, or this system forbids ptrace");
        return ExitCode::SUCCESS;
    }
    libtest_mimic::run(&Arguments::from_args(), trials()).exit_code()
}

/// A test for each model and each row.
fn trials() -> Vec<Trial> {
    let config = Config { latency: Duration::from_millis(20), ..Config::default() };
    let mock = Arc::new(Mock::start(config).expect("a port is free"));
    let models = MODELS.iter().filter(|model| can_be_made(model));
    let pairs = models.flat_map(|model| ROWS.iter().map(move |row| (model, *row)));
    let trial = |(model, row): (&'static Entry, Row)| {
        let mock = Arc::clone(&mock);
        Trial::test(format!("{}_fails_with_{}::{}", row.call, row.errno, model.name), move || {
            holds(model, row, &format!("{}/echo/{{call}}", mock.url()))
        })
    };
    pairs.map(trial).collect()
}

fn holds(model: &'static Entry, row: Row, url: &str) -> Result<(), libtest_mimic::Failed> {
    let calls = format!("--calls={CALLS}");
    let timeout = format!("--timeout={TIMEOUT}");
    let this = std::env::current_exe()?;
    let mut commands =
        vec![vec![MEANWHILE, "run", model.name, "--url", url, &calls, &timeout, "--workers=2"]];
    if row.cancellable {
        commands.push(vec![this.to_str().ok_or("a path that is text")?, SUBJECT, model.name, url]);
    }
    for command in commands {
        let (last, following) = match row.when {
            When::Then(last) => (last, ""),
            When::FromThen(last) => (last, "+"),
        };
        for at in 1..=last {
            let ran = Ran::with_failure(&command, row, &format!("{at}{following}"))?;
            if ran.injected.is_empty() {
                break;
            }
            ran.judge(row).map_err(|why| format!("at number {at} of {}: {why}\n{ran:?}", command[1]))?;
        }
    }
    Ok(())
}

/// A run that met a failure.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
    /// The lines of strace that tell of the failure.
    injected: Vec<String>,
    /// Whether a call had started before.
    started: bool,
}

impl Ran {
    fn with_failure(command: &[&str], row: Row, when: &str) -> Result<Self, libtest_mimic::Failed> {
        let trace = tempfile::NamedTempFile::new()?;
        let mut strace = Command::new("strace");
        strace.args(["-f", "--seccomp-bpf", "-qq", "-e", "signal=none", "-o"]).arg(trace.path());
        strace.arg(format!("--trace={},?connect,?io_uring_enter", row.call));
        strace.arg(format!("--inject={}:error={}:when={when}", row.call, row.errno));
        strace
            .args(command)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        let (code, stdout, stderr) = ended_in_time(strace.spawn()?)?;
        let trace = fs::read_to_string(trace.path())?;
        let lines = || trace.lines();
        let starts = |line: &&str| [" connect(", " io_uring_enter("].iter().any(|call| line.contains(call));
        let first_call = lines().position(|line| starts(&line));
        let first_failure = lines().position(|line| line.ends_with("(INJECTED)"));
        Ok(Self {
            code,
            stdout,
            stderr,
            injected: lines().filter(|line| line.ends_with("(INJECTED)")).map(Into::into).collect(),
            started: first_call.is_some_and(|call| first_failure.is_some_and(|failure| call <= failure)),
        })
    }

    fn judge(&self, row: Row) -> Result<(), String> {
        let refused = self.code != Some(0) && self.stdout.is_empty();
        if refused && !self.started {
            return match (self.code, self.stderr.lines().count()) {
                (Some(1), 1) => Ok(()),
                // The program has not begun.
                (Some(127), 1) if self.stderr.contains("while loading shared libraries") => Ok(()),
                _ => Err("a model that cannot be made is told in one line, with exit status 1".into()),
            };
        }
        let lines: Vec<_> = self.stdout.lines().collect();
        let answered = |index: &usize| lines.get(*index) == Some(&&*format!("{index} 200 {index}"));
        let lost = CALLS - (0..CALLS).filter(answered).count();
        let may_be_lost = if row.costs == Nothing { 0 } else { self.injected.len() };
        match self.code {
            _ if lines.len() != CALLS => Err(format!("{} lines instead of {CALLS}", lines.len())),
            _ if lost > may_be_lost => Err(format!("{lost} calls are lost, and may be {may_be_lost}")),
            Some(0) if lost == 0 => Ok(()),
            Some(1) if lost > 0 => Ok(()),
            code => Err(format!("exit status {code:?} with {lost} calls lost")),
        }
    }
}

/// What the program printed, and its exit status, unless it hangs.
fn ended_in_time(mut strace: Child) -> Result<(Option<i32>, String, String), libtest_mimic::Failed> {
    let read = |mut pipe: Box<dyn Read + Send>| {
        thread::spawn(move || {
            let mut text = String::new();
            _ = pipe.read_to_string(&mut text);
            text
        })
    };
    let stdout = read(Box::new(strace.stdout.take().expect("piped")));
    let stderr = read(Box::new(strace.stderr.take().expect("piped")));
    let start = Instant::now();
    let group = Pid::from_child(&strace);
    // It is not reaped yet, so that the number of its group is still its own.
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let mut ended = false;
    while !ended && start.elapsed() < PATIENCE {
        thread::sleep(Duration::from_millis(2));
        ended = waitid(WaitId::Pid(group), options)?.is_some();
    }
    // A process that is left over would keep the pipes open.
    _ = kill_process_group(group, Signal::KILL);
    let code = strace.wait()?.code();
    let (stdout, stderr) = (stdout.join().unwrap_or_default(), stderr.join().unwrap_or_default());
    if !ended {
        return Err(format!("hung for {PATIENCE:?}; it had printed {stdout:?} and {stderr:?}").into());
    }
    Ok((code, stdout, stderr))
}

/// Makes the calls in a run that can be cancelled, if the arguments ask for it.
fn be_the_subject() -> Option<ExitCode> {
    let mut arguments = std::env::args().skip(1).skip_while(|argument| argument != SUBJECT).skip(1);
    let (model, url) = (arguments.next()?, arguments.next()?);
    match subject(named(&model).ok()?, &url) {
        Ok(true) => Some(ExitCode::SUCCESS),
        Ok(false) => Some(ExitCode::FAILURE),
        Err(error) => {
            eprintln!("{error}");
            Some(ExitCode::FAILURE)
        }
    }
}

/// Prints the outcomes; whether all calls were answered.
fn subject(model: &Entry, url: &str) -> std::io::Result<bool> {
    let run = Run { cancel: Cancel::new()?, ..Run::default() };
    let setup = Setup { meanwhile: Some(MEANWHILE.into()), workers: std::num::NonZeroUsize::new(2) };
    let mut model = (model.new)(&setup)?;
    let call = |index: usize| Call::get(&url.replace("{call}", &index.to_string()), Duration::from_secs(3));
    let calls: Vec<_> = (0..CALLS).filter_map(|index| call(index).ok()).collect();
    let outcomes = model.fan_out(&run, &calls)?;
    let all = outcomes.iter().all(Result::is_ok);
    let lines = outcomes.into_iter().enumerate();
    lines.for_each(|(index, outcome)| println!("{}", Line::new(index, outcome)));
    Ok(all)
}
