//! Computes the Fibonacci number of each line, beside a ticker that shows how computing delays other callbacks.
//!
//! ```sh
//! cargo run --release -p callback-loop --example fib_stdin -- --blocking
//! cargo run --release -p callback-loop --example fib_stdin -- --stepwise
//! seq 30 38 | cargo run --release -p callback-loop --example fib_stdin
//! ```
//!
//! *How it waits*: for a line and for the next tick, in one loop. Standard input may be a terminal, a pipe or a file.
//!
//! *What to notice*: a callback has the thread for itself until it returns. `--blocking` computes in one callback, so
//! no tick comes meanwhile, and the next one is late by the whole computation. `--stepwise` computes the same, some
//! steps a turn: ticks come in between, numbers are computed side by side, and a small one overtakes a large one. The
//! price is the recursion: a list replaces what was on the stack. (`generator-style` has the same example, and keeps
//! the recursion.)
//!
//! With a URL it is a contestant: it makes calls, and computes a number with each answer in place of each line. A trace of
//! that shows answers that come while the thread is away from its `epoll_wait`:
//!
//! ```sh
//! cargo build --release -p callback-loop --example fib_stdin
//! cargo run --release -- trace --calls 5 --with fib='target/release/examples/fib_stdin --blocking {url} {calls}'
//! ```
//!
//! *What is deliberately missing*: a better algorithm. The naive one stands for any long computation. A limit is
//! missing, too: numbers that arrive faster than they are computed fill the memory.

mod answers;

use std::cell::Cell;
use std::io::{self, IsTerminal, stdin};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use callback_loop::EventLoop;

const TICK: Duration = Duration::from_millis(10);
/// A tick that is later than this is printed.
const LATE: Duration = Duration::from_millis(50);
const LARGEST: u32 = 45;
/// What is computed with each answer: some tens of milliseconds.
const WITH_AN_ANSWER: u32 = 35;
/// This many steps take a fraction of a millisecond, which is far longer than the rest of a turn.
const STEPS_PER_TURN: usize = 20_000;

#[derive(Clone, Copy)]
enum Mode {
    Blocking,
    Stepwise,
}

/// What the callbacks share.
struct Desk {
    mode: Mode,
    ticks: Cell<usize>,
    latest: Cell<Duration>,
    computing: Cell<usize>,
    input_ended: Cell<bool>,
}

fn main() -> ExitCode {
    let mut arguments: Vec<_> = std::env::args().skip(1).collect();
    let mode = match arguments.first().map(String::as_str) {
        Some("--blocking") => Mode::Blocking,
        None | Some(_) => Mode::Stepwise,
    };
    arguments.retain(|argument| !["--blocking", "--stepwise"].contains(&argument.as_str()));
    let ran = match arguments.as_slice() {
        [] => run(mode),
        [url, calls] => match calls.parse() {
            Ok(calls) => run_with_answers(mode, url, calls),
            Err(_) => return unusable(&format!("{calls:?} is no number of calls")),
        },
        [other, ..] => return unusable(&format!("unknown argument {other:?}")),
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the event loop failed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn unusable(why: &str) -> ExitCode {
    eprintln!("{why}: use --blocking or --stepwise, and a URL and a number of calls if it is to make calls");
    ExitCode::from(2)
}

fn run(mode: Mode) -> io::Result<()> {
    let (ticks, latest, computing, input_ended) = Default::default();
    let desk = Desk { mode, ticks, latest, computing, input_ended };
    if stdin().is_terminal() {
        eprintln!("a number from 0 to {LARGEST}, then Enter; Ctrl-D ends");
    }
    let mut event_loop = EventLoop::new()?;
    event_loop.add_stdin(|event_loop, line| desk.on_line(event_loop, line))?;
    desk.tick(&mut event_loop, Instant::now());
    event_loop.run_forever()?;
    println!("the ticker was late by {} ms at most", desk.latest.get().as_millis());
    Ok(())
}

/// The same with answers in place of lines, and without a ticker: what it prints are answers alone.
fn run_with_answers(mode: Mode, url: &str, calls: usize) -> io::Result<()> {
    let mut event_loop = EventLoop::new()?;
    answers::get_all(&mut event_loop, url, calls, move |event_loop, call, answer| {
        let on_result = move |_| println!("{call} {answer}");
        match mode {
            Mode::Blocking => on_result(fibonacci(WITH_AN_ANSWER)),
            Mode::Stepwise => step(event_loop, vec![WITH_AN_ANSWER], 0, on_result),
        }
    })?;
    event_loop.run_forever()
}

impl Desk {
    fn on_line<'h>(&'h self, event_loop: &mut EventLoop<'h>, line: io::Result<Option<String>>) {
        match line {
            Ok(Some(line)) => match line.trim().parse() {
                Ok(n) if n <= LARGEST => self.compute(event_loop, n),
                _ => eprintln!("{line:?} is not a number from 0 to {LARGEST}"),
            },
            Ok(None) => self.input_ended.set(true),
            Err(error) => {
                eprintln!("reading standard input failed: {error}");
                self.input_ended.set(true);
            }
        }
    }

    fn compute<'h>(&'h self, event_loop: &mut EventLoop<'h>, n: u32) {
        let (start, ticks) = (Instant::now(), self.ticks.get());
        let on_result = move |result: u64| {
            let (elapsed, ticks) = (start.elapsed().as_millis(), self.ticks.get() - ticks);
            println!("fib({n}) = {result} after {elapsed} ms and {ticks} ticks");
            self.computing.set(self.computing.get() - 1);
        };
        self.computing.set(self.computing.get() + 1);
        match self.mode {
            Mode::Blocking => on_result(fibonacci(n)),
            Mode::Stepwise => step(event_loop, vec![n], 0, on_result),
        }
    }

    /// Ticks again until there is nothing to wait for: then the loop ends, as this was the last callback in it.
    fn tick<'h>(&'h self, event_loop: &mut EventLoop<'h>, due: Instant) {
        let late = due.elapsed();
        self.ticks.set(self.ticks.get() + 1);
        self.latest.set(self.latest.get().max(late));
        if late > LATE {
            println!("a tick came {} ms late", late.as_millis());
        }
        if !self.input_ended.get() || self.computing.get() > 0 {
            let next = Instant::now() + TICK;
            event_loop.call_at(next, move |event_loop| self.tick(event_loop, next));
        }
    }
}

fn fibonacci(n: u32) -> u64 {
    if n < 2 { u64::from(n) } else { fibonacci(n - 1) + fibonacci(n - 2) }
}

/// The same, some steps in each turn. The numbers that are still to be added are in `rest`, which replaces the stack of
/// the recursion.
fn step<'h>(
    event_loop: &mut EventLoop<'h>,
    mut rest: Vec<u32>,
    mut sum: u64,
    on_result: impl FnOnce(u64) + 'h,
) {
    for _ in 0..STEPS_PER_TURN {
        match rest.pop() {
            None => return on_result(sum),
            Some(n @ 0..2) => sum += u64::from(n),
            Some(n) => rest.extend([n - 1, n - 2]),
        }
    }
    event_loop.call_soon(move |event_loop| step(event_loop, rest, sum, on_result));
}
