//! Computes the Fibonacci number of each line, with a generator that yields now and then.
//!
//! ```sh
//! cargo run --release -p generator-style --example fib_stdin_generators -- --blocking
//! cargo run --release -p generator-style --example fib_stdin_generators -- --stepwise
//! seq 30 38 | cargo run --release -p generator-style --example fib_stdin_generators
//! ```
//!
//! *How it waits*: for a line or for the next tick; while there is something to compute, it does not wait. Lines come
//! from a thread that sleeps in `read`.
//!
//! *What to notice*: the recursion is still a recursion. `callback-loop` has the same example and had to turn it into a
//! list of what is still to be added; here a generator stops deep inside its recursion and continues there. The loop
//! resumes each generator in turn. With `--blocking` it resumes one until it is over, so no tick comes meanwhile.
//!
//! It makes no calls, so it cannot be traced; `fib_stdin` of `callback-loop` can make some. `meanwhile trace generator-style
//! --calls 5 --work fib:38` shows the same mistake with answers in place of lines.
//!
//! *What is deliberately missing*: standard input as a source of events, which is in `callback-loop`; and a limit
//! on numbers being computed.

#[path = "../src/generator.rs"]
mod generator;

use std::collections::VecDeque;
use std::io;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use generator::{Generator, Resumed, Slot};

const TICK: Duration = Duration::from_millis(10);
const LARGEST: u32 = 45;

/// A generator yields no value and gets none: it stops only to let the others run.
type Turn = Slot<(), ()>;

/// A number being computed.
struct Task<'turn> {
    n: u32,
    start: Instant,
    ticks_before: usize,
    generator: Generator<'turn, (), (), u64>,
    /// `None` the first time, because the generator is not in `give` yet.
    resume_with: Option<()>,
}

struct Desk<'turn> {
    turn: &'turn Turn,
    blocking: bool,
    tasks: VecDeque<Task<'turn>>,
    lines: Receiver<io::Result<String>>,
    input_ended: bool,
    next_tick: Instant,
    ticks: usize,
    latest: Duration,
}

fn main() -> ExitCode {
    let blocking = match std::env::args().nth(1).as_deref() {
        None | Some("--stepwise") => false,
        Some("--blocking") => true,
        Some(other) => {
            eprintln!("unknown argument {other:?}: use --blocking or --stepwise");
            return ExitCode::from(2);
        }
    };
    match Desk::new(&Turn::new(), blocking).run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("reading standard input failed: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The naive way; a generator that is made of generators.
async fn fibonacci(turn: &Turn, n: u32) -> u64 {
    const SMALL: u32 = 20; // computed within a fraction of a millisecond, so without a stop
    if n < SMALL {
        turn.give(()).await;
        return small_fibonacci(n);
    }
    Box::pin(fibonacci(turn, n - 1)).await + Box::pin(fibonacci(turn, n - 2)).await
}

fn small_fibonacci(n: u32) -> u64 {
    if n < 2 { u64::from(n) } else { small_fibonacci(n - 1) + small_fibonacci(n - 2) }
}

impl<'turn> Desk<'turn> {
    fn new(turn: &'turn Turn, blocking: bool) -> Self {
        let (tasks, lines, next_tick) = (VecDeque::new(), lines(), Instant::now());
        let (input_ended, ticks, latest) = (false, 0, Duration::ZERO);
        Self { turn, blocking, tasks, lines, input_ended, next_tick, ticks, latest }
    }

    fn run(mut self) -> io::Result<()> {
        while !self.input_ended || !self.tasks.is_empty() {
            self.read()?;
            self.resume_each();
            self.tick();
        }
        println!("the ticker was late by {} ms at most", self.latest.as_millis());
        Ok(())
    }

    /// Takes a line, if there is one; waits for it if there is nothing else to do before the next tick.
    fn read(&mut self) -> io::Result<()> {
        if self.input_ended {
            return Ok(());
        }
        let until_tick = self.next_tick.saturating_duration_since(Instant::now());
        let patience = if self.tasks.is_empty() { until_tick } else { Duration::ZERO };
        match self.lines.recv_timeout(patience) {
            Ok(line) => self.begin(line?.trim()),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => self.input_ended = true,
        }
        Ok(())
    }

    fn begin(&mut self, line: &str) {
        match line.parse() {
            Ok(n) if n <= LARGEST => {
                let generator = Generator::new(self.turn, fibonacci(self.turn, n));
                let (start, ticks_before) = (Instant::now(), self.ticks);
                self.tasks.push_back(Task { n, start, ticks_before, generator, resume_with: None });
            }
            _ => eprintln!("{line:?} is not a number from 0 to {LARGEST}"),
        }
    }

    /// Resumes each task once, or until its end if `blocking`.
    fn resume_each(&mut self) {
        for _ in 0..self.tasks.len() {
            let Some(mut task) = self.tasks.pop_front() else { return };
            let mut resumed = task.generator.resume(task.resume_with.replace(()));
            while self.blocking && matches!(resumed, Resumed::Yielded(())) {
                resumed = task.generator.resume(Some(()));
            }
            match resumed {
                Resumed::Yielded(()) => self.tasks.push_back(task),
                Resumed::Returned(result) => {
                    let (elapsed, ticks) = (task.start.elapsed().as_millis(), self.ticks - task.ticks_before);
                    println!("fib({}) = {result} after {elapsed} ms and {ticks} ticks", task.n);
                }
            }
        }
    }

    fn tick(&mut self) {
        let now = Instant::now();
        if now >= self.next_tick {
            self.latest = self.latest.max(now - self.next_tick);
            self.ticks += 1;
            self.next_tick = now + TICK;
        }
    }
}

/// The lines of standard input, read by a thread until their end. A line that is not UTF-8 is an invalid line like any
/// other.
fn lines() -> Receiver<io::Result<String>> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in io::BufRead::split(io::stdin().lock(), b'\n') {
            let line = line.map(|line| String::from_utf8_lossy(&line).into_owned());
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}
